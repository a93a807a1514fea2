// Waiting on a word with futex(2). FUTEX_WAIT_BITSET takes an absolute deadline on the monotonic
// clock, so a spurious wake-up never lengthens a wait.
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "threadpool/base/check.h"
#include "threadpool/base/wait_word.h"

namespace uaio {
namespace {

long futex(WaitWord& word, int operation, uint32_t value, const timespec* deadline, uint32_t mask) {
    return syscall(SYS_futex, &word, operation | FUTEX_PRIVATE_FLAG, value, deadline, nullptr,
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
    timespec deadline = {deadline_ns / kNsPerSecond, deadline_ns % kNsPerSecond};
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

void wake_one(WaitWord& word) {
    wake(word, 1, kEveryKind);
}

void wake_all(WaitWord& word, uint32_t mask) {
    wake(word, INT32_MAX, mask);
}

}  // namespace uaio
