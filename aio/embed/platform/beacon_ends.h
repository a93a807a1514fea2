// The descriptors of a beacon (aio/embed/beacon.h): eight bytes that are written to the second make
// the first readable, and reading eight bytes takes all of them. Perhaps both are one.
//
// Back ends: beacon_ends_linux.cc (eventfd(2)), beacon_ends_posix.cc (pipe(2)).
#pragma once

namespace uaio {

// Neither waits when it is read or written; exec closes them. Returns 0 or an errno value.
int make_beacon_ends(int (&ends)[2]);

}  // namespace uaio
