#include "aio/posix/arguments.h"

#include <limits.h>
#include <pthread.h>
#include <sched.h>

#include "aio/limits.h"

namespace uaio {

int thread_priority() {
    int policy;
    sched_param parameters;
    if (pthread_getschedparam(pthread_self(), &policy, &parameters) != 0) {
        return 0;
    }
    int priority = parameters.sched_priority;
    return priority < 0 ? 0 : priority > kPriorityMax ? kPriorityMax : priority;
}

int check_priority(int reqprio) {
    return reqprio < 0 || reqprio > kPriorityDeltaMax ? EINVAL : 0;
}

namespace {

// Systems without real-time signals say how many there are.
int highest_signal() {
#ifdef SIGRTMAX
    return SIGRTMAX;
#else
    return NSIG - 1;
#endif
}

}  // namespace

int check_event(const sigevent& event) {
    bool signals = event.sigev_notify == SIGEV_SIGNAL;
#ifdef SIGEV_THREAD_ID
    signals = signals || event.sigev_notify == SIGEV_THREAD_ID;
#endif
    if (signals) {
        return event.sigev_signo < 0 || event.sigev_signo > highest_signal() ? EINVAL : 0;
    }
    return event.sigev_notify == SIGEV_NONE || event.sigev_notify == SIGEV_THREAD ? 0 : EINVAL;
}

int describe_transfer(Operation& operation, int reqprio) {
    operation.priority = static_cast<int8_t>(thread_priority() - reqprio);
    int error = describe_rest(operation.fd, operation.descriptor);
    return error != 0 ? error : check_offset(operation);
}

int check_access(const Operation& operation) {
    const Descriptor& descriptor = operation.descriptor;
    if (operation.bytes > SSIZE_MAX) {
        return EINVAL;
    }
    bool may = operation.kind == Kind::kRead ? descriptor.readable : descriptor.writable;
    return may ? 0 : EBADF;
}

int check_offset(const Operation& operation) {
    const Descriptor& descriptor = operation.descriptor;
    bool ignores_offset =
        !descriptor.seekable || (operation.kind == Kind::kWrite && descriptor.append);
    return operation.offset < 0 && !ignores_offset ? EINVAL : 0;
}

}  // namespace uaio
