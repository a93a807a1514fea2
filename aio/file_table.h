// FileTable: which writes of a file are still in flight, whatever descriptor they came through, and
// the syncs that wait for them.
//
// POSIX (aio_fsync): the sync covers the operations that were queued when it was called. So a sync
// is a barrier over the older writes of its file, of any priority, and holds back nothing itself.
// Writes and barred syncs stand in order of admission; the first barred sync may go when no write
// older than it is left. Every step is O(1).
//
// A File exists while it has a write in flight or a barred sync, so there are never more of them
// than requests: each request record brings the storage of one, which the table keeps for ever once
// the record has been used. So an admitted request cannot fail for want of memory.
//
// Pure; guarded by the owner of the schedule. A zeroed table is empty.
#pragma once

#include "aio/limits.h"
#include "aio/request.h"

namespace uaio {

class FileTable {
  public:
    // `write` (admitted) is in flight until remove_write().
    void add_write(Request& write);

    // Returns true if no older write of its file is in flight; else `sync` is barred.
    bool pass_or_bar(Request& sync);

    // `write` is gone. Calls release(context, sync) for each sync that need not wait any longer.
    void remove_write(Request& write, void (*release)(void* context, Request& sync), void* context);

    // A barred sync goes away.
    void remove_barred(Request& sync);

    // Number of files known, for tests.
    size_t size() const { return size_; }

  private:
    static size_t bucket_of(const Identity& identity);

    void accept_spare(Request& request);
    File* find(const Identity& identity) const;
    File& find_or_add(Request& request);
    void drop_if_unused(File& file);

    File* buckets_[kFileBuckets] = {};
    File* free_ = nullptr;
    size_t size_ = 0;
};

}  // namespace uaio
