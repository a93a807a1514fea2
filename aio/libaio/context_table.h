// ContextTable: which context is at an address.
//
// Open addressing. Looking up takes no lock: an entry that somebody removes or moves meanwhile is
// the business of the one who finds it (Visit looks at the record). Entries are numbers of records
// plus 2; 0 ends a search, 1 is a place that was used before. Changes are made under one lock.
#pragma once

#include <stdint.h>

#include <atomic>

#include "aio/libaio/limits.h"

namespace uaio {

class ContextTable {
  public:
    // Calls `matches` with the number of each context that may be at `address` until it returns
    // true. Returns whether one did.
    bool find(uintptr_t address, bool (*matches)(void* argument, uint32_t number),
              void* argument) const;

    // One thread at a time. There are at most kContextsMax entries. What is not there is not
    // removed.
    void insert(uintptr_t address, uint32_t number);
    void remove(uintptr_t address, uint32_t number);

    // Only for a forked child.
    void reset();

  private:
    static constexpr uint32_t kPlaces = 2 * kContextsMax;
    static constexpr uint32_t kFree = 0;
    static constexpr uint32_t kLeft = 1;
    static constexpr uint32_t kFirst = 2;

    static uint32_t place_of(uintptr_t address) {
        auto page = static_cast<uint64_t>(address >> 12);
        return static_cast<uint32_t>(page * 0x9e3779b97f4a7c15u >> 32) % kPlaces;
    }

    std::atomic<uint32_t> places_[kPlaces] = {};
};

}  // namespace uaio
