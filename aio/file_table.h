// FileTable: which writes of a file are still in flight, whatever descriptor they came through, and
// the syncs that wait for them.
//
// POSIX (aio_fsync): the sync covers the operations that were queued when it was called. So a sync
// is a barrier over the older writes of its file, of any priority, and holds back nothing itself.
// Writes and barred syncs stand in order of admission; the first barred sync may go when no write
// older than it is left. Every step is O(1).
//
// A file is known while it has writes in flight, so each write brings a record for one in `file`:
// an admitted request cannot fail for want of memory. If the file is known already, the record is
// not used; nor is that of a file that is dropped. The owner of the table takes these back.
//
// Pure; guarded by the owner of the schedule. A zeroed table is empty.
#pragma once

#include "aio/limits.h"
#include "aio/request.h"

namespace uaio {

class FileTable {
  public:
    // `write` (admitted) is in flight until remove_write(). The record in its `file` is the table's
    // from now on; `file` is that of its file.
    void add_write(Request& write);

    // Returns true if no older write of its file is in flight; else `sync` is barred.
    bool pass_or_bar(Request& sync);

    // `write` is gone. Calls release(context, sync) for each sync that need not wait any longer.
    void remove_write(Request& write, void (*release)(void* context, Request& sync), void* context);

    // A barred sync goes away.
    void remove_barred(Request& sync);

    // One of the records that are not used, which is the caller's now; null if there is none.
    File* take_unused();

    // Number of files known, for tests.
    size_t size() const { return size_; }

  private:
    static size_t bucket_of(const Identity& identity);

    File* find(const Identity& identity) const;
    void add(File& file, const Identity& identity);
    void drop_if_idle(File& file);
    void put_unused(File& file);

    File* buckets_[kFileBuckets] = {};
    File* unused_ = nullptr;
    size_t size_ = 0;
};

}  // namespace uaio
