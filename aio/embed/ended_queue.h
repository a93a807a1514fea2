// EndedQueue: the operations of an engine that have ended and have nobody who is called for it,
// until the program takes them (uaio_waitn()).
//
// Whoever publishes an operation puts it in, without a lock: a stack, linked by `link`. Whoever
// takes empties the stack into a list, under the lock, so that the order is that of the ends.
//
// No wake-up is lost: a taker announces itself before it looks (waiting_room.h), and puts look for
// announcements after they have put. Nor does the descriptor say too little: it is lit and put out
// under the lock alone, by whoever finds it otherwise than the queue is. A put that finds `dark_`
// false does not look; but then it came before it was made true, and whoever did that looks at the
// stack afterwards (show()). put() does not touch the operation once it is on the stack.
#pragma once

#include <uaio/engine.h>

#include <atomic>

#include "aio/embed/beacon.h"
#include "aio/waiting_room.h"
#include "threadpool/base/lock.h"

namespace uaio {

class EndedQueue {
  public:
    // `operation` has its result. Lock-free where nobody waits and the descriptor is as it should.
    void put(uaio_operation& operation);

    // uaio_waitn(), for `min` not above `max`. Returns how many were taken; 0, ETIMEDOUT or EINTR
    // in `error`.
    size_t wait(uaio_operation** ended, size_t min, size_t max, int64_t timeout_ns, int& error);

    // uaio_engine_descriptor().
    int descriptor(int& error);

    // Nothing has ended, and there is no descriptor. In a forked child, or when nobody uses it any
    // more.
    void reset();

  private:
    size_t take(uaio_operation** ended, size_t max);
    void collect() UAIO_REQUIRES(lock_);
    bool is_empty() const UAIO_REQUIRES(lock_);
    void show() UAIO_REQUIRES(lock_);

    std::atomic<uaio_operation*> top_{nullptr};  // the newest
    WaitingRoom room_;
    std::atomic<bool> dark_{false};  // there is a descriptor, and it is not readable

    Lock lock_;
    uaio_operation* first_ UAIO_GUARDED_BY(lock_) = nullptr;  // the oldest of the list
    uaio_operation* last_ UAIO_GUARDED_BY(lock_) = nullptr;
    Beacon beacon_ UAIO_GUARDED_BY(lock_);
};

}  // namespace uaio
