// Joint transfer: adjacent requests that one system call makes.
//
// Requests that go on where another one ends (operation.h) cost a system call each, and on a device
// a command each. Made together they cost one, and the result is split again: whoever has been
// transferred in full is done. For everybody else the call says nothing: why it ended early, only a
// call of his own can tell.
#pragma once

#include <stddef.h>

namespace uaio {

struct Request;

// Makes a chain of transfers, linked by inbox_next, kTogether at most, each of which goes on where
// the one before ends. Returns how many bytes from the first one's first on have been moved; 0 if
// the call failed. Blocks as long as the system call does. Keeps errno.
size_t transfer_together(const Request& first);

}  // namespace uaio
