#include "signals/call.h"

namespace uaio {
namespace {

constinit Slab<Call> call_slab;

// Sequentially consistent with the pool's state: a call is counted before its taker looks whether
// there is a thread, and a thread leaves the state before it looks whether there are calls.
constinit std::atomic<uint32_t> taken_calls{0};

Call* take() {
    Call* call = call_slab.take();
    if (call != nullptr) {
        taken_calls.fetch_add(1, std::memory_order_seq_cst);
        call->next = call->prev = nullptr;
    }
    return call;
}

}  // namespace

uint32_t calls_taken() {
    return taken_calls.load(std::memory_order_seq_cst);
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
    taken_calls.fetch_sub(1, std::memory_order_relaxed);  // one less needs a thread
    call_slab.give(call);
}

Due redeem(Call& call) {
    Due due = {call.function, call.value, call.mask};
    give_call(call);
    return due;
}

void reset_calls() {
    taken_calls.store(0, std::memory_order_relaxed);  // no other thread exists
    call_slab.reset();
}

}  // namespace uaio
