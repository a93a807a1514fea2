#include "signals/call.h"

namespace uaio {
namespace {

constinit Slab<Call> calls;

}  // namespace

Call* take_call(const sigevent& event) {
    Call* call = calls.take();
    if (call != nullptr) {
        call->next = call->prev = nullptr;
        call->function = event.sigev_notify_function;
        call->value = event.sigev_value;
        call->attributes = event.sigev_notify_attributes;
        pthread_sigmask(SIG_SETMASK, nullptr, &call->mask);
    }
    return call;
}

Call* take_call(void (*function)(sigval), sigval value) {
    Call* call = calls.take();
    if (call != nullptr) {
        call->next = call->prev = nullptr;
        call->function = function;
        call->value = value;
        call->attributes = nullptr;
        sigfillset(&call->mask);
    }
    return call;
}

void give_call(Call& call) {
    calls.give(call);
}

void reset_calls() {
    calls.reset();
}

}  // namespace uaio
