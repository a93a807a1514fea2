// Some I/O of every kind through <aio.h>, with its results verified. For processes that have just
// come into being and threads that make a din.
#pragma once

namespace uaio::test {

// Writes, reads and syncs a file of its own, waits for a list, for a pipe, for a cancelled read and
// for a callback. Returns 0, or what went wrong as bits.
int do_some_work();

}  // namespace uaio::test
