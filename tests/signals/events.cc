#include "tests/signals/events.h"

#include <pthread.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/support/require.h"

namespace uaio::test {
namespace {

// The hard limit stays, so that the soft one can be raised again.
void limit_signals(bool none) {
    rlimit limit;
    require(getrlimit(RLIMIT_SIGPENDING, &limit) == 0, "read the limit of queued signals");
    limit.rlim_cur = none ? 0 : limit.rlim_max;
    require(setrlimit(RLIMIT_SIGPENDING, &limit) == 0, "set the limit of queued signals");
}

}  // namespace

sigval number_value(int number) {
    sigval value;
    memset(&value, 0, sizeof value);
    value.sival_int = number;
    return value;
}

sigval pointer_value(void* pointer) {
    sigval value;
    value.sival_ptr = pointer;
    return value;
}

sigevent event_of(int kind, int signal_number, sigval value) {
    sigevent event;
    memset(&event, 0, sizeof event);
    event.sigev_notify = kind;
    event.sigev_signo = signal_number;
    event.sigev_value = value;
    return event;
}

sigevent call_event(void (*function)(sigval), void* argument, pthread_attr_t* attributes) {
    sigevent event = event_of(SIGEV_THREAD, 0, pointer_value(argument));
    event.sigev_notify_function = function;
    event.sigev_notify_attributes = attributes;
    return event;
}

sigset_t mask_now() {
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    return mask;
}

bool same_masks(const sigset_t& one, const sigset_t& other) {
    for (int number = 1; number <= SIGRTMAX; ++number) {
        bool blockable = number != SIGKILL && number != SIGSTOP;
        if (blockable && sigismember(&one, number) != sigismember(&other, number)) {
            return false;
        }
    }
    return true;
}

sigset_t every_signal() {
    sigset_t all;
    sigfillset(&all);
    return all;
}

FullSignalQueue::FullSignalQueue() {
    limit_signals(true);
}

FullSignalQueue::~FullSignalQueue() {
    limit_signals(false);
}

}  // namespace uaio::test
