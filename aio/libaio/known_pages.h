// KnownPages: pages of the client that could be read a moment ago, so that not every call has to
// ask the system (platform/memory.h: 0.13 µs each, where a whole cached read takes 1 µs).
//
// A page that was found is believed for kUses calls. So a pointer that was never good is found out
// at once; one into memory that has been unmapped since may pass for so long, and the access then
// ends the program, as any use of memory that is not there does.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <atomic>

#include "aio/libaio/platform/memory.h"

namespace uaio {

class KnownPages {
  public:
    // As is_readable() for `bytes` that lie in two pages at most. Any thread.
    bool can_read(const void* memory, size_t bytes) {
        auto first = reinterpret_cast<uintptr_t>(memory);
        uintptr_t last = first + bytes - 1;
        return last >= first && knows(first) && (first / kPage == last / kPage || knows(last));
    }

  private:
    static constexpr uintptr_t kPage = 4096;  // or a part of one
    static constexpr uintptr_t kUses = 64;    // fits into the low bits of a page's address
    static constexpr int kPlaceBits = 6;      // a client uses some ten pages

    static size_t place_of(uintptr_t page) {
        return static_cast<size_t>(uint64_t{page / kPage} * 0x9e3779b97f4a7c15u >>
                                   (64 - kPlaceBits));
    }

    // Relaxed: whatever is found there was true at the time.
    bool knows(uintptr_t address) {
        uintptr_t page = address & ~(kPage - 1);
        std::atomic<uintptr_t>& place = places_[place_of(page)];
        uintptr_t entry = place.load(std::memory_order_relaxed);
        if (entry > page && entry - page < kUses) {
            place.store(entry + 1, std::memory_order_relaxed);
            return true;
        }
        bool readable = is_readable(reinterpret_cast<const void*>(address), 1);
        place.store(readable ? page + 1 : 0, std::memory_order_relaxed);
        return readable;
    }

    std::atomic<uintptr_t>
        places_[size_t{1} << kPlaceBits];  // a page and how often it was used; 0: none
};

}  // namespace uaio
