// Express: a transfer that the system's cache can serve is made by its submitter, at once.
//
// Such a read costs half a microsecond; handing it to another thread and waiting for that costs
// several. The system is asked for what it can do without waiting (io_read_now, io_write_now), and
// only if the transfer need not be ordered behind anything: with the policy `conflict`, a read if
// no write of its descriptor is on its way, a write if nothing is; with `strict`, if nothing is.
// Anything but the whole is a miss, and the request goes the usual way: it is not known then
// whether more would have come (a short read, or the 0 that Linux 5.9 and 5.10 may give wrongly),
// or what the error was about. What a write has left in the file by then is written again.
//
// What it is for is files. Others are kept from it by the engine where that matters
// (Engine::run_at_once()).
//
// Never taken: syncs, streams, descriptors with O_DIRECT (the system would wait for the device all
// the same), appends, writes with O_SYNC or O_DSYNC, transfers with flags of their own, and those
// above UAIO_EXPRESS bytes, which would hold up the submitter.
//
// Where it helps: reads on ext4, xfs, btrfs and block devices; writes on xfs (the first one after
// each tick of the file's clock is a miss). Elsewhere the system does not know it.
//
// A lane that misses is left alone for a while, longer each time, and one whose file does not know
// such transfers (EOPNOTSUPP) for long: the number may stand for another file one day. So is one
// that is forbidden them (EPERM), which a filter of system calls says of all, and others of one
// file. Where the system has no such call (ENOSYS), the process does without from then on.
#pragma once

#include <stddef.h>

#include <atomic>

#include "aio/lane.h"
#include "aio/options.h"
#include "aio/operation.h"

namespace uaio {

class Express {
  public:
    // At first use of the engine.
    void configure(const Options& options);

    // Whether it is a kind of operation that may be made at once at all, if it is on a file.
    bool takes(const Operation& operation) const;

    // Whether it is allowed, and worth while, to try transfer() on that lane. Counts what is not
    // tried.
    bool may_try(Lane& lane, Kind kind) const;

    // Makes the transfer if the system can do all of it. Returns how many bytes have been moved: if
    // less than operation.bytes, it is not done, but so many are in the buffer, respectively in the
    // file. Keeps errno. Lock-free; async-signal-safe. Waits for no device that holds the file (but
    // a page of the buffer may have to be fetched).
    size_t transfer(const Operation& operation, Lane& lane);

  private:
    bool is_first(const Lane& lane, Kind kind) const;
    static bool is_paused(Pace& pace);
    static void slow_down(Pace& pace);

    size_t bytes_max_ = 0;  // 0: never
    bool strict_ = false;
    std::atomic<bool> unknown_{false};  // the system does not know the call
};

}  // namespace uaio
