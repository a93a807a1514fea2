// Waiting on a word with POSIX alone: each waiter sleeps on a semaphore on its own stack, listed in
// a bucket chosen by the word's address. sem_wait and sem_timedwait are chosen because a signal
// handler interrupts them (condition variables hide signals) and sem_post is async-signal-safe.
//
// Each bucket's mutex is held with all signals blocked, so that a handler which waits or wakes
// never meets a bucket that its own thread has locked. A waiter is unlinked under the mutex, by its
// waker or by itself, before its stack frame goes.
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stddef.h>

#include "threadpool/base/check.h"
#include "threadpool/base/wait_word.h"

namespace uaio {
namespace {

struct Waiter {
    const WaitWord* word;
    uint32_t mask;
    sem_t woken;
    Waiter* next;
};

struct Bucket {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    Waiter* first = nullptr;
};

constexpr size_t kBuckets = 64;  // enough that unrelated words seldom share a mutex

constinit Bucket buckets[kBuckets];

Bucket& bucket_of(const WaitWord& word) {
    auto address = reinterpret_cast<uintptr_t>(&word);
    return buckets[(address / sizeof(WaitWord) * 0x9e3779b1u >> 7) % kBuckets];
}

class BucketHold {
  public:
    explicit BucketHold(Bucket& bucket) : bucket_(bucket) {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &mask_);
        pthread_mutex_lock(&bucket_.mutex);
    }
    ~BucketHold() {
        pthread_mutex_unlock(&bucket_.mutex);
        pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
    }
    BucketHold(const BucketHold&) = delete;
    BucketHold& operator=(const BucketHold&) = delete;

  private:
    Bucket& bucket_;
    sigset_t mask_;
};

void remove_waiter(Bucket& bucket, Waiter& waiter) {
    for (Waiter** link = &bucket.first; *link != nullptr; link = &(*link)->next) {
        if (*link == &waiter) {
            *link = waiter.next;
            return;
        }
    }
}

// sem_timedwait knows only the wall clock, which may jump: the time left is measured on the
// monotonic clock, added to the wall clock, and measured again afterwards.
timespec wall_deadline(int64_t deadline_ns) {
    int64_t left = deadline_ns - now_ns();
    left = left > 0 ? left : 0;
    timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);
    int64_t wall_ns = int64_t{wall.tv_sec} * kNsPerSecond + wall.tv_nsec;
    return timespec_of(left < kNever - wall_ns ? wall_ns + left : kNever);
}

int sleep(Waiter& waiter, int64_t deadline_ns) {
    if (deadline_ns == kNever) {
        return sem_wait(&waiter.woken);
    }
    int failed;
    do {
        timespec wall = wall_deadline(deadline_ns);
        failed = sem_timedwait(&waiter.woken, &wall);
    } while (failed != 0 && errno == ETIMEDOUT && now_ns() < deadline_ns);
    return failed;
}

void wake_waiters(WaitWord& word, uint32_t waiters_max, uint32_t mask) {
    int saved = errno;
    Bucket& bucket = bucket_of(word);
    {
        BucketHold hold(bucket);
        Waiter** link = &bucket.first;
        while (*link != nullptr && waiters_max > 0) {
            Waiter* waiter = *link;
            if (waiter->word == &word && (waiter->mask & mask) != 0) {
                *link = waiter->next;
                sem_post(&waiter->woken);
                --waiters_max;
            } else {
                link = &waiter->next;
            }
        }
    }
    errno = saved;
}

// The thread was cancelled in sem_wait: its stack frame goes.
void abandon(void* argument) {
    auto& waiter = *static_cast<Waiter*>(argument);
    Bucket& bucket = bucket_of(*waiter.word);
    {
        BucketHold hold(bucket);
        remove_waiter(bucket, waiter);
    }
    // If a waker chose this one, the wake-up is passed on.
    if (sem_trywait(&waiter.woken) == 0) {
        wake_waiters(const_cast<WaitWord&>(*waiter.word), 1, waiter.mask);
    }
    sem_destroy(&waiter.woken);
}

}  // namespace

// A cancellation point, because sem_wait is one.
WaitEnd wait_on_cancellable(WaitWord& word, uint32_t expected, int64_t deadline_ns, uint32_t mask) {
    int saved = errno;
    Bucket& bucket = bucket_of(word);
    Waiter waiter = {&word, mask, {}, nullptr};
    UAIO_CHECK(sem_init(&waiter.woken, 0, 0) == 0);
    {
        BucketHold hold(bucket);
        // Pairs with the release of whoever changed the word before waking under this mutex.
        if (word.load(std::memory_order_acquire) != expected) {
            sem_destroy(&waiter.woken);
            errno = saved;
            return WaitEnd::kWoken;
        }
        // At the end, so that wake_one wakes in the order of arrival.
        Waiter** link = &bucket.first;
        while (*link != nullptr) {
            link = &(*link)->next;
        }
        *link = &waiter;
    }
    WaitEnd end = WaitEnd::kWoken;
    int slept;
    pthread_cleanup_push(abandon, &waiter);
    slept = sleep(waiter, deadline_ns);
    pthread_cleanup_pop(0);
    if (slept != 0) {
        end = errno == ETIMEDOUT ? WaitEnd::kTimedOut : WaitEnd::kInterrupted;
    }
    {
        BucketHold hold(bucket);
        remove_waiter(bucket, waiter);
    }
    // A wake-up that came together with the signal or the deadline counts: it must not be lost,
    // because wake_one has chosen this waiter and no other.
    if (end != WaitEnd::kWoken && sem_trywait(&waiter.woken) == 0) {
        end = WaitEnd::kWoken;
    }
    sem_destroy(&waiter.woken);
    errno = saved;
    return end;
}

WaitEnd wait_on(WaitWord& word, uint32_t expected, int64_t deadline_ns, uint32_t mask) {
    int state;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    WaitEnd end = wait_on_cancellable(word, expected, deadline_ns, mask);
    pthread_setcancelstate(state, nullptr);
    return end;
}

void wake_one(WaitWord& word) {
    wake_waiters(word, 1, kEveryKind);
}

void wake_all(WaitWord& word, uint32_t mask) {
    wake_waiters(word, UINT32_MAX, mask);
}

// A mutex that another thread of the parent held would stay locked for ever.
void forget_waiters() {
    for (Bucket& bucket : buckets) {
        pthread_mutex_init(&bucket.mutex, nullptr);
        bucket.first = nullptr;
    }
}

}  // namespace uaio
