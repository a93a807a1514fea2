#include "signals/notifier.h"

namespace uaio {

constinit Notifier notifier;

namespace {

// Runs with all signals blocked, as its creator did. The callback may destroy the attributes, which
// pthread_create reads until it returns.
void* own_thread(void* argument) {
    Call& call = *static_cast<Call*>(argument);
    while (call.created.load(std::memory_order_acquire) == 0) {  // pairs with start_own_thread()
        wait_on(call.created, 0, kNever);
    }
    Notifier::make(redeem(call));
    return nullptr;
}

}  // namespace

void Notifier::owe(Call& call, Starts starts) {
    if (starts == Starts::kThreads && call.attributes != nullptr && start_own_thread(call)) {
        return;
    }
    {
        Hold hold(lock_);
        queue_.push_back(call);
        // Sequentially consistent: visible before the look of summon_ at its threads, as their
        // change of state is before their look at pending().
        owed_.fetch_add(1, std::memory_order_seq_cst);
    }
    summon_();
}

// Nobody will join the thread, whatever the attributes say. POSIX leaves joinable ones undefined.
bool Notifier::start_own_thread(Call& call) {
    int detached = PTHREAD_CREATE_DETACHED;
    pthread_attr_getdetachstate(call.attributes, &detached);
    pthread_t thread;
    call.created.store(0, std::memory_order_relaxed);  // pthread_create hands it over
    if (pthread_create(&thread, call.attributes, own_thread, &call) != 0) {
        return false;
    }
    if (detached != PTHREAD_CREATE_DETACHED) {
        pthread_detach(thread);
    }
    // The record may be somebody else's as soon as the store is seen; waking does not read it.
    call.created.store(1, std::memory_order_release);  // pairs with own_thread()
    wake_one(call.created);
    return true;
}

bool Notifier::next(Due& due) {
    Call* call;
    do {
        call = take();
        if (call == nullptr) {
            return false;
        }
    } while (call->attributes != nullptr && start_own_thread(*call));
    due = redeem(*call);
    return true;
}

Call* Notifier::take() {
    Hold hold(lock_);
    Call* call = queue_.pop_front();
    if (call != nullptr) {
        owed_.fetch_sub(1, std::memory_order_relaxed);  // one call less to look for: orders nothing
    }
    return call;
}

void Notifier::make(const Due& due) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &due.mask, nullptr);
    due.function(due.value);
    pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

void Notifier::reset() UAIO_UNCHECKED {
    lock_.reset();
    queue_ = {};
    owed_.store(0, std::memory_order_relaxed);  // no other thread exists
    reset_calls();
}

}  // namespace uaio
