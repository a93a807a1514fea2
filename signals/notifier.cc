#include "signals/notifier.h"

#include "threadpool/base/signal_block.h"

namespace uaio {

constinit Notifier notifier;

namespace {

// Runs with all signals blocked, as its creator did.
void* own_thread(void* call) {
    Notifier::make(*static_cast<Call*>(call));
    return nullptr;
}

}  // namespace

void Notifier::owe(Call& call) {
    if (call.attributes != nullptr && start_own_thread(call)) {
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
    SignalBlock block;
    if (pthread_create(&thread, call.attributes, own_thread, &call) != 0) {
        return false;
    }
    if (detached != PTHREAD_CREATE_DETACHED) {
        pthread_detach(thread);
    }
    return true;
}

Call* Notifier::next() {
    Hold hold(lock_);
    Call* call = queue_.pop_front();
    if (call != nullptr) {
        owed_.fetch_sub(1, std::memory_order_relaxed);  // one call less to look for: orders nothing
    }
    return call;
}

void Notifier::make(Call& call) {
    auto* function = call.function;
    sigval value = call.value;
    sigset_t mask = call.mask;
    give_call(call);
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &mask, nullptr);
    function(value);
    pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

void Notifier::reset() UAIO_UNCHECKED {
    lock_.reset();
    queue_ = {};
    owed_.store(0, std::memory_order_relaxed);  // no other thread exists
    reset_calls();
}

}  // namespace uaio
