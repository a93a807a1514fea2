#include "signals/call.h"

namespace uaio {
namespace {

constinit Slab<Call> calls;

// Sequentially consistent with the pool's state: a call is counted before its taker looks whether
// there is a thread, and a thread leaves the state before it looks whether there are calls.
constinit std::atomic<uint32_t> taken{0};

Call* take() {
    Call* call = calls.take();
    if (call != nullptr) {
        taken.fetch_add(1, std::memory_order_seq_cst);
        call->next = call->prev = nullptr;
    }
    return call;
}

}  // namespace

uint32_t calls_taken() {
    return taken.load(std::memory_order_seq_cst);
}

Call* take_call(const sigevent& event) {
    Call* call = take();
    if (call != nullptr) {
        call->function = event.sigev_notify_function;
        call->value = event.sigev_value;
        call->attributes = event.sigev_notify_attributes;
        pthread_sigmask(SIG_SETMASK, nullptr, &call->mask);
    }
    return call;
}

Call* take_call(void (*function)(sigval), sigval value) {
    Call* call = take();
    if (call != nullptr) {
        call->function = function;
        call->value = value;
        call->attributes = nullptr;
        sigfillset(&call->mask);
    }
    return call;
}

void give_call(Call& call) {
    taken.fetch_sub(1, std::memory_order_relaxed);  // one less that needs a thread: orders nothing
    calls.give(call);
}

Due redeem(Call& call) {
    Due due = {call.function, call.value, call.mask};
    give_call(call);
    return due;
}

void reset_calls() {
    taken.store(0, std::memory_order_relaxed);  // no other thread exists
    calls.reset();
}

}  // namespace uaio
