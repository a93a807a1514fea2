#include "signals/late_signals.h"

#include <errno.h>

#include "signals/notifier.h"

namespace uaio {

constinit LateSignals late_signals;

int LateSignals::owe(const Notice& notice) {
    LateSignal* signal = signals_.take();
    if (signal == nullptr) {
        return EAGAIN;
    }
    signal->next = signal->prev = nullptr;
    signal->notice = notice;
    signal->give_up_ns = now_ns() + kGiveUpMs * kNsPerMs;
    Hold hold(lock_);
    queue_.push_back(*signal);
    if (!retrying_) {
        // Sequentially consistent: before the look of whoever wakes a worker at the pool.
        waiting_.store(true, std::memory_order_seq_cst);
    }
    return 0;
}

void LateSignals::begin() {
    if (claim_retry() && !promise_retry()) {
        retry_once(INT64_MAX);
    }
}

void LateSignals::retry_here() {
    if (claim_retry()) {
        retry({.sival_ptr = this});
    }
}

bool LateSignals::claim_retry() {
    Hold hold(lock_);
    if (retrying_ || queue_.empty()) {
        return false;
    }
    retrying_ = true;
    waiting_.store(false, std::memory_order_relaxed);  // one thing less to look for
    return true;
}

bool LateSignals::promise_retry() {
    Call* call = take_call(retry, {.sival_ptr = this});
    if (call == nullptr) {
        return false;
    }
    if (!notifier.can_promise()) {
        give_call(*call);
        return false;
    }
    notifier.owe(*call, Starts::kThreads);
    return true;
}

// With all signals blocked, on a thread of the notifier or of who has none.
void LateSignals::retry(sigval self) {
    auto& late = *static_cast<LateSignals*>(self.sival_ptr);
    int pause_ms = kPauseMsMin;
    while (late.retry_once(now_ns())) {
        WaitWord nobody_wakes{0};
        wait_on(nobody_wakes, 0, now_ns() + pause_ms * kNsPerMs);
        pause_ms = 2 * pause_ms < kPauseMsMax ? 2 * pause_ms : kPauseMsMax;
    }
}

// As many as there is room for, in their order. Returns false, and ends the retrying, if nothing is
// left.
bool LateSignals::retry_once(int64_t now) {
    Hold hold(lock_);
    LateSignal* signal = queue_.front();
    while (signal != nullptr && settle(*signal, now)) {
        queue_.remove(*signal);
        signals_.give(*signal);
        signal = queue_.front();
    }
    retrying_ = !queue_.empty();
    return retrying_;
}

// Queueing a signal does not block, so it is done under the lock.
bool LateSignals::settle(LateSignal& signal, int64_t now) {
    int error = queue_notice(signal.notice);
    if (error == EAGAIN && now < signal.give_up_ns) {
        return false;
    }
    observe_(error == 0);
    return true;
}

void LateSignals::reset() UAIO_UNCHECKED {
    lock_.reset();
    queue_ = {};
    retrying_ = false;
    waiting_.store(false, std::memory_order_relaxed);  // no other thread exists
    signals_.reset();
}

}  // namespace uaio
