// Waiting on a word with futex(2). FUTEX_WAIT_BITSET takes an absolute deadline on the monotonic
// clock, so a spurious wake-up never lengthens a wait.
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "threadpool/base/check.h"
#include "threadpool/base/wait_word.h"

namespace uaio {
namespace {

// A processor of 32 bits has a second call, for a timespec whose seconds have 64. Which one the C
// library's timespec is for is the C library's choice, and some have no call for the other.
constexpr long futex_number() {
#ifdef SYS_futex_time64
    if (sizeof(time_t) > sizeof(long)) {
        return SYS_futex_time64;
    }
#endif
    return SYS_futex;
}

long futex(WaitWord& word, int operation, uint32_t value, const timespec* deadline, uint32_t mask) {
    return syscall(futex_number(), &word, operation | FUTEX_PRIVATE_FLAG, value, deadline, nullptr,
                   mask);
}

void wake(WaitWord& word, uint32_t waiters_max, uint32_t mask) {
    int saved = errno;
    // EFAULT is the one expected error: the owner of the word has unmapped it since.
    futex(word, FUTEX_WAKE_BITSET, waiters_max, nullptr, mask);
    errno = saved;
}

}  // namespace

WaitEnd wait_on(WaitWord& word, uint32_t expected, int64_t deadline_ns, uint32_t mask) {
    int saved = errno;
    timespec deadline = timespec_of(deadline_ns);
    long failed =
        futex(word, FUTEX_WAIT_BITSET, expected, deadline_ns == kNever ? nullptr : &deadline, mask);
    int error = failed != 0 ? errno : 0;
    errno = saved;
    switch (error) {
        case 0:
        case EAGAIN:
            return WaitEnd::kWoken;
        case ETIMEDOUT:
            return WaitEnd::kTimedOut;
        case EINTR:
            return WaitEnd::kInterrupted;
        default:
            // EFAULT, EINVAL, ENOSYS: a bug here or a system without futex; sleeping is impossible.
            check_failed(__FILE__, __LINE__, "futex wait is possible");
    }
}

// A raw system call is no cancellation point, so the thread may be cancelled anywhere in between.
// Nothing is held there, and nothing is touched but this stack frame.
WaitEnd wait_on_cancellable(WaitWord& word, uint32_t expected, int64_t deadline_ns, uint32_t mask) {
    int type;
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
    WaitEnd end = wait_on(word, expected, deadline_ns, mask);
    pthread_setcanceltype(type, nullptr);
    return end;
}

void wake_one(WaitWord& word) {
    wake(word, 1, kEveryKind);
}

void wake_all(WaitWord& word, uint32_t mask) {
    wake(word, INT32_MAX, mask);
}

// The kernel keeps the waiters of each process apart.
void forget_waiters() {}

}  // namespace uaio
