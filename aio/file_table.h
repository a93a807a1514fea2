// FileTable: which writes of a file are still in flight, whatever descriptor they came through, and
// the syncs that wait for them.
//
// POSIX (aio_fsync): the sync covers the operations that were queued when it was called. So a sync
// is a barrier over the older writes of its file, of any priority, and holds back nothing itself.
//
// The writes of a file come in waves. A sync that finds writes in flight is barred behind the
// newest wave, and the next write begins another one; where no sync waits, writes join the newest.
// So a write is a count, and knows its wave. When the oldest wave has no write left, its syncs may
// go, and the next wave is the oldest. A wave without writes and syncs is dropped, wherever it
// stands. Every step is O(1), but for the waves that are dropped on the way, each of them once.
//
// Each write brings the record of a wave, in `wave`: an admitted request cannot fail for want of
// memory. If the write joins a wave, the record is not used; nor is that of a wave that is dropped.
// The owner of the table takes these back.
//
// Pure; guarded by the owner of the schedule. A zeroed table is empty.
#pragma once

#include "aio/limits.h"
#include "aio/request.h"

namespace uaio {

class FileTable {
  public:
    // `write` (admitted) is in flight until remove_write(). The record in its `wave` is the table's
    // from now on; `wave` is the one it belongs to.
    void add_write(Request& write);

    // Returns true if no older write of its file is in flight; else `sync` is barred.
    bool pass_or_bar(Request& sync);

    // `write` is gone. Calls release(context, sync) for each sync that need not wait any longer.
    void remove_write(Request& write, void (*release)(void* context, Request& sync), void* context);

    // A barred sync goes away.
    void remove_barred(Request& sync);

    // One of the records that are not used, which is the caller's now; null if there is none.
    Wave* take_unused();

    // Number of files with writes in flight, for tests.
    size_t size() const { return size_; }

  private:
    Wave** bucket_of(const Identity& identity);
    Wave** newest_of(const Identity& identity);
    void begin(Wave& wave, Wave** newest, const Identity& identity);
    void drop(Wave& wave);
    void put_unused(Wave& wave);

    Wave* buckets_[kFileBuckets] = {};
    Wave* unused_ = nullptr;
    size_t size_ = 0;
};

}  // namespace uaio
