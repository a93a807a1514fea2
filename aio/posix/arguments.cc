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

int check_event(const sigevent& event) {
    bool signals = event.sigev_notify == SIGEV_SIGNAL;
#ifdef SIGEV_THREAD_ID
    signals = signals || event.sigev_notify == SIGEV_THREAD_ID;
#endif
    if (signals) {
        return event.sigev_signo < 0 || event.sigev_signo > SIGRTMAX ? EINVAL : 0;
    }
    return event.sigev_notify == SIGEV_NONE || event.sigev_notify == SIGEV_THREAD ? 0 : EINVAL;
}

int check_transfer(const Operation& operation) {
    const Descriptor& descriptor = operation.descriptor;
    if (operation.bytes > SSIZE_MAX) {
        return EINVAL;
    }
    if (operation.kind == Kind::kRead ? !descriptor.readable : !descriptor.writable) {
        return EBADF;
    }
    bool ignores_offset =
        !descriptor.seekable || (operation.kind == Kind::kWrite && descriptor.append);
    return operation.offset < 0 && !ignores_offset ? EINVAL : 0;
}

}  // namespace uaio
