// LateSignals: signals that the system would not queue because its queue is full.
//
// They are tried again, oldest first, with growing pauses, for kGiveUpMs after the request was
// published; then they are given up and counted. The request's status is not concerned. One of the
// notifier's threads does it, as a call like others, so nobody waits for it and nothing runs while
// there is nothing to do. Who finds that a signal is late may not start that thread (close(2) in a
// signal handler), so it leaves word (waiting()), and a worker begins the retrying.
#pragma once

#include "signals/call.h"
#include "signals/notice.h"
#include "threadpool/base/lock.h"

namespace uaio {

struct LateTag {};

struct LateSignal : SlabRecord, Link<LateTag> {
    Notice notice;  // kSignal or kThreadSignal
    int64_t give_up_ns;
};

class LateSignals {
  public:
    static constexpr int kGiveUpMs = 2000;  // long enough for a program that takes signals at all
    static constexpr int kPauseMsMin = 1;
    static constexpr int kPauseMsMax = 50;

    // Told once for each late signal how it ended. Set before the first one.
    void set_observer(void (*observe)(bool delivered)) { observe_ = observe; }

    // Takes `notice` over. Returns 0, or EAGAIN if there is no memory for it. Async-signal-safe.
    int owe(const Notice& notice);

    // Whether begin() is to be called. Sequentially consistent like a pool's `pending`.
    bool waiting() const { return waiting_.load(std::memory_order_seq_cst); }  // pairs with owe()

    // Sees to it that what is owed is tried again. May start a thread; if none can be had, what
    // cannot be delivered now is given up: the caller has requests to see to. The caller has all
    // signals blocked.
    void begin();

    // Tries again until nothing is owed; may last for kGiveUpMs. Returns at once if another thread
    // is at it. Async-signal-safe.
    void retry_here();

    // Nothing is owed. Only for a forked child.
    void reset();

  private:
    static void retry(sigval self);

    bool claim_retry();
    bool promise_retry();
    bool retry_once(int64_t now);
    bool settle(LateSignal& signal, int64_t now);

    Lock lock_;
    List<LateSignal, LateTag> queue_ UAIO_GUARDED_BY(lock_);
    bool retrying_ UAIO_GUARDED_BY(lock_) = false;  // a call for retry() is owed or runs, or begins
    std::atomic<bool> waiting_{false};              // something is owed, and nobody retries

    Slab<LateSignal> signals_;
    void (*observe_)(bool delivered) = nullptr;
};

extern LateSignals late_signals;

}  // namespace uaio
