#include "aio/libaio/context_table.h"

namespace uaio {

bool ContextTable::find(uintptr_t address, bool (*matches)(void* argument, uint32_t number),
                        void* argument) const {
    uint32_t place = place_of(address);
    for (uint32_t looked = 0; looked < kPlaces; ++looked, place = (place + 1) % kPlaces) {
        uint32_t entry = places_[place].load(std::memory_order_acquire);  // pairs with insert()
        if (entry == kFree) {
            return false;
        }
        if (entry != kLeft && matches(argument, entry - kFirst)) {
            return true;
        }
    }
    return false;
}

// Relaxed loads, here and below: one thread at a time changes anything.
void ContextTable::insert(uintptr_t address, uint32_t number) {
    uint32_t place = place_of(address);
    while (places_[place].load(std::memory_order_relaxed) >= kFirst) {
        place = (place + 1) % kPlaces;
    }
    places_[place].store(number + kFirst, std::memory_order_release);  // pairs with find()
}

// Places in front of a free one need not be passed any more.
void ContextTable::remove(uintptr_t address, uint32_t number) {
    uint32_t place = place_of(address);
    uint32_t looked = 0;
    uint32_t entry;
    while ((entry = places_[place].load(std::memory_order_relaxed)) != number + kFirst) {
        if (entry == kFree || ++looked == kPlaces) {
            return;
        }
        place = (place + 1) % kPlaces;
    }
    places_[place].store(kLeft, std::memory_order_relaxed);
    if (places_[(place + 1) % kPlaces].load(std::memory_order_relaxed) != kFree) {
        return;
    }
    while (places_[place].load(std::memory_order_relaxed) == kLeft) {
        places_[place].store(kFree, std::memory_order_relaxed);
        place = (place + kPlaces - 1) % kPlaces;
    }
}

void ContextTable::reset() {
    for (std::atomic<uint32_t>& place : places_) {
        if (place.load(std::memory_order_relaxed) != kFree) {  // do not touch pages in vain
            place.store(kFree, std::memory_order_relaxed);
        }
    }
}

}  // namespace uaio
