// Waiting on a word on Darwin, which has no unnamed semaphores (sem_init says ENOSYS). Its C++
// library waits with these two system calls, which it has had since 10.12 and never changed.
#include <errno.h>
#include <pthread.h>

#include "threadpool/base/wait_word.h"

extern "C" int __ulock_wait(uint32_t operation, void* word, uint64_t expected, uint32_t timeout_us);
extern "C" int __ulock_wake(uint32_t operation, void* word, uint64_t thread);

namespace uaio {
namespace {

constexpr uint32_t kCompareAndWait = 1;       // a word of 32 bits, of this process
constexpr uint32_t kWakeAll = 0x100;          // ULF_WAKE_ALL
constexpr uint32_t kErrorAsResult = 1 << 24;  // ULF_NO_ERRNO: errno stays, -errno is returned
constexpr int64_t kNsPerUs = 1'000;

// 0 stands for no end. A wait that is cut short counts as a wake-up for no reason.
uint32_t timeout_us(int64_t deadline_ns) {
    if (deadline_ns == kNever) {
        return 0;
    }
    int64_t left = (deadline_ns - now_ns() + kNsPerUs - 1) / kNsPerUs;
    return left < 1 ? 1 : left > UINT32_MAX ? UINT32_MAX : static_cast<uint32_t>(left);
}

void wake(WaitWord& word, uint32_t flags) {
    int saved = errno;
    // ENOENT: nobody waits; EFAULT: the owner of the word has unmapped it since.
    __ulock_wake(kCompareAndWait | kErrorAsResult | flags, &word, 0);
    errno = saved;
}

}  // namespace

// A cancellation point, because the system call is one. Nothing is held meanwhile. The system knows
// no kinds of waiters.
WaitEnd wait_on_cancellable(WaitWord& word, uint32_t expected, int64_t deadline_ns,
                            uint32_t /*mask*/) {
    int saved = errno;
    int result =
        __ulock_wait(kCompareAndWait | kErrorAsResult, &word, expected, timeout_us(deadline_ns));
    errno = saved;
    if (result == -ETIMEDOUT && now_ns() >= deadline_ns) {
        return WaitEnd::kTimedOut;
    }
    return result == -EINTR ? WaitEnd::kInterrupted : WaitEnd::kWoken;
}

WaitEnd wait_on(WaitWord& word, uint32_t expected, int64_t deadline_ns, uint32_t mask) {
    int state;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    WaitEnd end = wait_on_cancellable(word, expected, deadline_ns, mask);
    pthread_setcancelstate(state, nullptr);
    return end;
}

void wake_one(WaitWord& word) {
    wake(word, 0);
}

void wake_all(WaitWord& word, uint32_t /*mask*/) {
    wake(word, kWakeAll);
}

// The kernel keeps the waiters of each process apart.
void forget_waiters() {}

}  // namespace uaio
