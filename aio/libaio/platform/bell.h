// Bell: a descriptor that counts events for a client (eventfd(2)).
//
// Back ends: platform/bell_linux.cc, platform/bell_posix.cc (a system without eventfd: nothing is a
// bell). All keep errno and are async-signal-safe.
#pragma once

namespace uaio {

// Whether `fd` is an eventfd now.
bool is_bell(int fd);

// Adds one. The number may stand for something else by now: what could take the bytes for data is
// left alone. Waits if the client has filled the counter up (2^64 - 2).
void ring_bell(int fd);

}  // namespace uaio
