#include "signals/late_signals.h"

#include <errno.h>

#include "signals/notifier.h"

namespace uaio {

constinit LateSignals late_signals;

int LateSignals::owe(const Notice& notice) {
    Call* call = take_call(retry, {.sival_ptr = this});
    LateSignal* signal = call != nullptr && notifier.can_promise() ? signals_.take() : nullptr;
    if (signal == nullptr) {
        if (call != nullptr) {
            give_call(*call);
        }
        return EAGAIN;
    }
    signal->next = signal->prev = nullptr;
    signal->notice = notice;
    signal->give_up_ns = now_ns() + kGiveUpMs * kNsPerMs;
    bool retrying;
    {
        Hold hold(lock_);
        queue_.push_back(*signal);
        retrying = retrying_;
        retrying_ = true;
    }
    if (retrying) {
        give_call(*call);
    } else {
        notifier.owe(*call);
    }
    return 0;
}

// On a thread of the notifier, with all signals blocked.
void LateSignals::retry(sigval self) {
    auto& late = *static_cast<LateSignals*>(self.sival_ptr);
    int pause_ms = kPauseMsMin;
    while (late.retry_once()) {
        WaitWord nobody_wakes{0};
        wait_on(nobody_wakes, 0, now_ns() + pause_ms * kNsPerMs);
        pause_ms = 2 * pause_ms < kPauseMsMax ? 2 * pause_ms : kPauseMsMax;
    }
}

// One round over what is owed. Returns false, and ends the retrying, if nothing is left.
bool LateSignals::retry_once() {
    Hold hold(lock_);
    LateSignal* signal = queue_.front();
    while (signal != nullptr) {
        LateSignal* following = List<LateSignal, LateTag>::after(*signal);
        if (settle(*signal)) {
            queue_.remove(*signal);
            signals_.give(*signal);
        }
        signal = following;
    }
    retrying_ = !queue_.empty();
    return retrying_;
}

// Queueing a signal does not block, so it is done under the lock.
bool LateSignals::settle(LateSignal& signal) {
    int error = queue_notice(signal.notice);
    if (error == EAGAIN && now_ns() < signal.give_up_ns) {
        return false;
    }
    observe_(error == 0);
    return true;
}

void LateSignals::reset() UAIO_UNCHECKED {
    lock_.reset();
    queue_ = {};
    retrying_ = false;
    signals_.reset();
}

}  // namespace uaio
