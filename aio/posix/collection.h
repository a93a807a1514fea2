// Collection: which requests have been submitted and not been given back yet, for
// uaio_aio_waitcomplete(), which gives back any one that has ended (<uaio/aio.h>).
//
// Concept. Nothing is kept until begin() has been called, once and for good. From then on each
// submission makes an entry under the address of its control block, so that nothing can be missing
// when the request ends; the end puts the entry into a queue; and who gives the request back, by
// take() or by aio_return, removes it. An entry whose block is submitted again is the new request's
// from then on, as the old one's status is gone from the block too.
//
// The block is an address here and never looked at: a program that has seen a request end may free
// its block without a further word.
//
//     entry    none -> in flight -> ended -> none
//              enter()           end()    take(), give_back(), or enter() again
//
// One lock, held for a few steps by threads that have all signals blocked, so all of this may be
// called in a signal handler. It is also held while a status is stored to its block. That is what
// makes the two one event: who finds an entry that has ended finds a block that nobody stores to
// any more, and who has seen the status in the block finds the entry ended.
//
// A sleeper looks for an ended entry after it has announced itself to the waiting room, and end()
// asks the waiting room after it has made one, both on either side of the lock: so either the
// sleeper finds the entry or end() finds the sleeper, and no wake-up is lost.
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include <atomic>

#include "aio/fork_watch.h"
#include "aio/range_index.h"
#include "aio/request.h"
#include "threadpool/base/list.h"
#include "threadpool/base/lock.h"
#include "threadpool/base/slab.h"

namespace uaio {

// A request that has been given back.
struct Ended {
    void* block;
    ssize_t result;
    int error;  // 0 or an errno value
};

class Collection {
  public:
    // From now on, for good. Async-signal-safe.
    void begin();

    // Relaxed: whoever has a block that was submitted after begin() has heard of that.
    bool is_on() const { return on_.load(std::memory_order_relaxed); }

    // A submission of the block begins. Has no effect on one that was entered and has not ended.
    // False if there is no memory.
    bool enter(void* block);

    // Its request has ended: stores the status by `store` and makes the entry one that take() can
    // find. All signals are blocked. Without an entry it stores, and nothing else.
    void end(void* block, ssize_t result, int error, Publish store);

    // The oldest that has ended; false if there is none.
    bool take(Ended& ended);

    // Its status has been asked for by other means. Has no effect while it is in flight.
    void give_back(const void* block) { drop(block, false); }

    // It was not submitted after all.
    void forget(const void* block) { drop(block, true); }

  private:
    struct EndedTag {};

    struct Entry : SlabRecord, RangeNode, Link<EndedTag> {
        void* block;
        ssize_t result;
        int error;  // EINPROGRESS until it has ended
    };

    static void forked_child(ForkWatcher& self);
    void reset();
    void drop(const void* block, bool even_in_flight);
    Entry* find(const void* block) const UAIO_REQUIRES(lock_);
    void insert(Entry& entry, void* block) UAIO_REQUIRES(lock_);
    void remove(Entry& entry) UAIO_REQUIRES(lock_);

    std::atomic<bool> on_{false};
    ForkWatcher fork_watcher_ = {forked_child};
    Slab<Entry> entries_;

    Lock lock_;
    RangeIndex by_block_ UAIO_GUARDED_BY(lock_);
    List<Entry, EndedTag> ended_ UAIO_GUARDED_BY(lock_);  // oldest first
    uint64_t entered_ UAIO_GUARDED_BY(lock_) = 0;         // entries that there have been
};

extern Collection collection;

}  // namespace uaio
