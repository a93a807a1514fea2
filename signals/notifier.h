// Notifier: makes the SIGEV_THREAD calls that are owed to the program.
//
// A call without attributes runs on one of a set of reusable threads, under the signal mask that
// the submitter had. A call with attributes gets a thread of its own, made with them; where that
// thread cannot be made, a reusable one takes the call. The function may block, call pthread_exit
// or submit more requests: its thread belongs to nobody else meanwhile.
//
// The notifier keeps the queue; whose threads they are is its user's affair (aio/engine.cc gives
// it a pool). Calls are made in the order in which they were owed, as far as several threads have
// an order. Owing a call can do without starting a thread, because close(2) may do it in a signal
// handler: as long as calls are promised, one thread is free (ensure), and before it makes a call
// it sees to it that another one is (Pool::Seat::leave_another()).
//
// The queue is guarded by one lock, ranked after the engine's. It is taken with all signals
// blocked.
#pragma once

#include "signals/call.h"
#include "threadpool/base/lock.h"

namespace uaio {

class Notifier {
  public:
    // What the notifier asks of its threads: that one of them calls next() soon. Starts no thread;
    // async-signal-safe. Set before the first call is owed.
    void set_summon(void (*summon)()) { summon_ = summon; }

    // What the notifier asks before a call is promised: that a thread is free, and one stays so
    // while calls_taken() is not 0. Without it, a call is promised in any case.
    void set_ensure(bool (*ensure)()) { ensure_ = ensure; }

    // Whether a call that has been taken can be made some day. If not, no thread can be had.
    bool can_promise() const { return ensure_ == nullptr || ensure_(); }

    // Takes over `call` and returns at once. Runs no code of the program. A call with attributes
    // gets its thread before this returns, if the caller may start one: the program may destroy
    // them soon. Async-signal-safe with Starts::kNothing. The caller has all signals blocked.
    void owe(Call& call, Starts starts);

    bool pending() const { return owed_.load(std::memory_order_seq_cst) != 0; }  // pairs with owe()

    // Takes the next call, and starts its own thread for each that has attributes. Returns false if
    // there is none that the caller has to make. The caller has all signals blocked.
    bool next(Due& due);

    // Makes a call. Signals are blocked again when it returns, if it does.
    static void make(const Due& due);

    // Nothing is owed. Only for a forked child.
    void reset();

  private:
    Call* take();
    static bool start_own_thread(Call& call);

    Lock lock_;
    List<Call, CallTag> queue_ UAIO_GUARDED_BY(lock_);

    std::atomic<uint32_t> owed_{0};  // length of queue_

    void (*summon_)() = nullptr;
    bool (*ensure_)() = nullptr;
};

extern Notifier notifier;

}  // namespace uaio
