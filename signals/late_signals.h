// LateSignals: signals that the system would not queue because its queue is full.
//
// They are tried again, oldest first, with growing pauses, for kGiveUpMs after the request was
// published; then they are given up and counted. The request's status is not concerned. One of the
// notifier's threads does it, as a call like others, so nobody waits for it and nothing runs while
// there is nothing to do.
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

    // Takes `notice` over. Returns 0, or EAGAIN if there is no memory or no thread for it.
    int owe(const Notice& notice);

    // Nothing is owed. Only for a forked child.
    void reset();

  private:
    static void retry(sigval self);

    bool retry_once();
    bool settle(LateSignal& signal);

    Lock lock_;
    List<LateSignal, LateTag> queue_ UAIO_GUARDED_BY(lock_);
    bool retrying_ UAIO_GUARDED_BY(lock_) = false;  // a call for retry() is owed or runs

    Slab<LateSignal> signals_;
    void (*observe_)(bool delivered) = nullptr;
};

extern LateSignals late_signals;

}  // namespace uaio
