#include "aio/lane_table.h"

#include <limits.h>

#include "threadpool/base/check.h"
#include "threadpool/base/pages.h"

namespace uaio {
namespace {

// What `place` points to, mapped if need be. A zeroed T is valid.
template <class T>
T* ensure(std::atomic<T*>& place) {
    T* found = place.load(std::memory_order_acquire);  // pairs with the exchange below
    if (found != nullptr) {
        return found;
    }
    T* fresh = static_cast<T*>(map_pages(sizeof(T)));
    if (fresh == nullptr) {
        return nullptr;
    }
    // Release: pairs with the acquires of `place`. A loser uses what the winner has mapped.
    if (place.compare_exchange_strong(found, fresh, std::memory_order_acq_rel,
                                      std::memory_order_acquire)) {
        return fresh;
    }
    unmap_pages(fresh, sizeof(T));
    return found;
}

}  // namespace

Lane* LaneTable::reserve(int fd) {
    UAIO_CHECK(fd >= 0);
    auto number = static_cast<size_t>(fd);
    Branch* branch = ensure(branches_[number >> (2 * kBits)]);
    if (branch == nullptr) {
        return nullptr;
    }
    Leaf* leaf = ensure(branch->leaves[number >> kBits & (kFanOut - 1)]);
    return leaf != nullptr ? &leaf->lanes[number & (kFanOut - 1)] : nullptr;
}

Lane* LaneTable::find(int fd) const {
    auto number = static_cast<size_t>(fd);
    if (fd < 0) {
        return nullptr;
    }
    // Both pair with the exchange in ensure().
    Branch* branch = branches_[number >> (2 * kBits)].load(std::memory_order_acquire);
    if (branch == nullptr) {
        return nullptr;
    }
    Leaf* leaf = branch->leaves[number >> kBits & (kFanOut - 1)].load(std::memory_order_acquire);
    return leaf != nullptr ? &leaf->lanes[number & (kFanOut - 1)] : nullptr;
}

int LaneTable::next_used(unsigned fd) const {
    while (fd <= INT_MAX) {
        // Acquires pair with the exchange in ensure().
        Branch* branch = branches_[fd >> (2 * kBits)].load(std::memory_order_acquire);
        if (branch == nullptr) {
            fd = ((fd >> (2 * kBits)) + 1) << (2 * kBits);
        } else if (branch->leaves[fd >> kBits & (kFanOut - 1)].load(std::memory_order_acquire) ==
                   nullptr) {
            fd = ((fd >> kBits) + 1) << kBits;
        } else {
            return static_cast<int>(fd);
        }
    }
    return -1;
}

void LaneTable::reset() {
    for (auto& place : branches_) {
        Branch* branch = place.load(std::memory_order_relaxed);  // nobody else uses it
        if (branch == nullptr) {
            continue;
        }
        for (auto& leaf : branch->leaves) {
            // Mapped anew when used again: cheaper than writing to every lane.
            Leaf* lanes = leaf.load(std::memory_order_relaxed);
            if (lanes != nullptr) {
                unmap_pages(lanes, sizeof(Leaf));
            }
        }
        unmap_pages(branch, sizeof(Branch));
        place.store(nullptr, std::memory_order_relaxed);
    }
}

}  // namespace uaio
