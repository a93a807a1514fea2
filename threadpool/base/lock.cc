#include "threadpool/base/lock.h"

#include "threadpool/base/check.h"

namespace uaio {
namespace {

constexpr uint32_t kFree = 0;
constexpr uint32_t kHeld = 1;
constexpr uint32_t kContended = 2;

}  // namespace

// Once a thread has had to wait it takes the lock as kContended, because it cannot know whether
// others sleep too; the worst that follows is one wake-up for nobody.
void Lock::acquire() UAIO_UNCHECKED {
    uint32_t seen = kFree;
    // Acquire pairs with the release in release(): the critical section before happens before.
    if (word_.compare_exchange_strong(seen, kHeld, std::memory_order_acquire,
                                      std::memory_order_relaxed)) {
        return;
    }
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
