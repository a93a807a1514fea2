// Notifier: makes the SIGEV_THREAD calls that are owed to the program.
//
// A call without attributes runs on one of a set of reusable threads, under the signal mask that
// the submitter had. A call with attributes gets a thread of its own, made with them; where that
// thread cannot be made, a reusable one takes the call. The function may block, call pthread_exit
// or submit more requests: its thread belongs to nobody else meanwhile, and another takes its
// place.
//
// The notifier keeps the queue; whose threads they are is its user's affair (aio/engine.cc gives it
// a pool). Calls are made in the order in which they were owed, as far as several threads have an
// order.
//
// The queue is guarded by one lock, ranked after the engine's. It is taken with all signals
// blocked.
#pragma once

#include "signals/call.h"
#include "threadpool/base/lock.h"

namespace uaio {

class Notifier {
  public:
    // What the notifier asks of its threads: that one of them calls serve_one() soon. Set before
    // the first call is owed.
    void set_summon(void (*summon)()) { summon_ = summon; }

    // What the notifier asks before a call is promised: that there is a thread, and stays one while
    // calls_taken() is not 0. Without it, a call is promised whether there is a thread or not.
    void set_ensure(bool (*ensure)()) { ensure_ = ensure; }

    // Whether a call that has been taken can be made some day. If not, no thread can be had.
    bool can_promise() const { return ensure_ == nullptr || ensure_(); }

    // Takes over `call` and returns at once. Runs no code of the program.
    void owe(Call& call);

    bool pending() const { return owed_.load(std::memory_order_seq_cst) != 0; }  // pairs with owe()

    // The next call that is owed, null if none. The caller has all signals blocked and makes the
    // call next.
    Call* next();

    // Makes the call; gives its record back first. Signals are blocked again when it returns, if it
    // does.
    static void make(Call& call);

    // Nothing is owed. Only for a forked child.
    void reset();

  private:
    static bool start_own_thread(Call& call);

    Lock lock_;
    List<Call, CallTag> queue_ UAIO_GUARDED_BY(lock_);

    std::atomic<uint32_t> owed_{0};  // length of queue_

    void (*summon_)() = nullptr;
    bool (*ensure_)() = nullptr;
};

extern Notifier notifier;

}  // namespace uaio
