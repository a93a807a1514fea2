#include "threadpool/base/lock.h"

#include "threadpool/base/check.h"
#include "threadpool/base/pause.h"

namespace uaio {
namespace {

constexpr uint32_t kFree = 0;
constexpr uint32_t kHeld = 1;
constexpr uint32_t kContended = 2;

// About one microsecond, a few times what the engine does under its lock.
constexpr int kSpins = 40;

constinit std::atomic<int> spins_max{0};

}  // namespace

// Relaxed: how long is waited before a sleep is a matter of cost alone.
void let_locks_spin(bool spin) {
    spins_max.store(spin ? kSpins : 0, std::memory_order_relaxed);
}

bool Lock::try_acquire() {
    uint32_t seen = kFree;
    // Acquire pairs with the release in release(): the critical section before happens before.
    return word_.load(std::memory_order_relaxed) == kFree &&
           word_.compare_exchange_strong(seen, kHeld, std::memory_order_acquire,
                                         std::memory_order_relaxed);
}

void Lock::acquire() UAIO_UNCHECKED {
    for (int i = spins_max.load(std::memory_order_relaxed); !try_acquire(); --i) {
        if (i <= 0) {
            acquire_asleep();
            return;
        }
        pause();
    }
}

// Once a thread has had to sleep it takes the lock as kContended, because it cannot know whether
// others sleep too; the worst that follows is one wake-up for nobody.
void Lock::acquire_asleep() {
    while (word_.exchange(kContended, std::memory_order_acquire) != kFree) {
        wait_on(word_, kContended, kNever);
    }
}

void Lock::release() UAIO_UNCHECKED {
    // Release pairs with the acquires in acquire().
    uint32_t before = word_.exchange(kFree, std::memory_order_release);
    UAIO_CHECK(before != kFree);
    if (before == kContended) {
        wake_one(word_);
    }
}

}  // namespace uaio
