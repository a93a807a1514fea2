// KnownPages: pages of the client that could be read, or written, a moment ago, so that not every
// call has to ask the system (platform/memory.h: 0.13 µs each, where a whole cached read takes
// 1 µs).
//
// A page that was found is believed for kUses calls. So a pointer that was never good is found out
// at once; one into memory that has been unmapped or protected since may pass for so long, and the
// access then ends the program, as any use of memory that is not there does.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <atomic>

#include "aio/libaio/platform/memory.h"

namespace uaio {

class KnownPages {
  public:
    // As is_readable() for `bytes` that lie in two pages at most. Any thread.
    bool can_read(const void* memory, size_t bytes) { return can(memory, bytes, false); }

    // As is_writable(), likewise. What can be written can be read.
    bool can_write(void* memory, size_t bytes) { return can(memory, bytes, true); }

    // Of the next client's.
    void forget() {
        for (std::atomic<uintptr_t>& place : places_) {
            place.store(0, std::memory_order_relaxed);  // whose client has yet to be told of it
        }
    }

  private:
    static constexpr uintptr_t kPage = 4096;  // or a part of one
    static constexpr uintptr_t kUses = 64;
    static constexpr int kPlaceBits = 6;  // a client uses some ten pages

    // In the low bits of a page's address: how often it was used, below kUses, and this.
    static constexpr uintptr_t kWritable = kUses;
    static_assert(kWritable < kPage);

    static size_t place_of(uintptr_t page) {
        return static_cast<size_t>(uint64_t{page / kPage} * 0x9e3779b97f4a7c15u >>
                                   (64 - kPlaceBits));
    }

    bool can(const void* memory, size_t bytes, bool write) {
        auto first = reinterpret_cast<uintptr_t>(memory);
        uintptr_t last = first + bytes - 1;
        return last >= first && knows(first, write) &&
               (first / kPage == last / kPage || knows(last, write));
    }

    // Relaxed: whatever is found there was true at the time.
    bool knows(uintptr_t address, bool write) {
        uintptr_t page = address & ~(kPage - 1);
        std::atomic<uintptr_t>& place = places_[place_of(page)];
        uintptr_t entry = place.load(std::memory_order_relaxed);
        uintptr_t known = write ? page | kWritable : page;
        bool same = (entry & ~(kPage - 1)) == page && (entry & known) == known;
        if (same && entry % kUses != 0 && entry % kUses < kUses - 1) {
            place.store(entry + 1, std::memory_order_relaxed);
            return true;
        }
        auto* memory = reinterpret_cast<void*>(address);
        bool good = write ? is_writable(memory, 1) : is_readable(memory, 1);
        place.store(good ? known + 1 : 0, std::memory_order_relaxed);
        return good;
    }

    std::atomic<uintptr_t>
        places_[size_t{1} << kPlaceBits];  // a page and how often it was used; 0: none
};

}  // namespace uaio
