// Bell: a descriptor that counts events for a client (eventfd(2)).
//
// Back ends: platform/bell_linux.cc, platform/bell_posix.cc (a system without eventfd: nothing is a
// bell, and none can be made). All keep errno and are async-signal-safe.
#pragma once

#include <signal.h>
#include <stdint.h>

#include "threadpool/base/wait_word.h"

namespace uaio {

// Whether `fd` is an eventfd now.
bool is_bell(int fd);

// Adds one. The number may stand for something else by now: what could take the bytes for data is
// left alone. Waits if the client has filled the counter up (2^64 - 2).
void ring_bell(int fd);

// One that is closed by exec and does not wait; -1 if there is none to be had.
int make_bell();

// Takes what it has counted.
void quiet_bell(int fd);

// Closes it, if it still is one. -1: there is none.
void close_bell(int fd);

// Sleeps until the bell has counted something, a signal handler has run, or `deadline_ns`, under
// the signal mask `mask`, which holds for exactly as long as the sleep. Not a cancellation point.
WaitEnd sleep_on_bell(int fd, int64_t deadline_ns, const sigset_t& mask);

}  // namespace uaio
