// What the tests of slabs share: records, and pages that are counted and can be refused.
//
// counted_pages.cc has its own map_pages in the place of the library's (threadpool/base/pages.h).
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <atomic>
#include <barrier>
#include <vector>

#include "threadpool/base/slab.h"

namespace uaio::test {

inline std::atomic<int> maps_left{INT32_MAX};  // calls of map_pages that will not be refused
inline std::atomic<size_t> mapped_bytes{0};
inline std::atomic<size_t> discarded_bytes{0};
inline std::atomic<std::barrier<>*> mappers{nullptr};  // who maps waits here for others that map

struct Record : SlabRecord {
    std::atomic<uint32_t> owner;
    uint32_t note;  // plain: only its owner touches it
};

inline constexpr uint32_t kFirstChunk = 64;                     // as in slab.h
inline constexpr uint32_t kRecordsMax = 64 * ((1u << 22) - 1);  // as in slab.h

struct Memory {
    Memory() {
        maps_left = INT32_MAX;
        mapped_bytes = 0;
    }
};

// The records that fit into the chunks which `records` of them need.
inline size_t room_for(uint32_t records) {
    size_t room = 0;
    for (size_t chunk = kFirstChunk; room < records; chunk *= 2) {
        room += chunk;
    }
    return room;
}

inline std::vector<Record*> take_many(Slab<Record>& slab, uint32_t count) {
    std::vector<Record*> records;
    for (uint32_t number = 0; number < count; ++number) {
        records.push_back(slab.take());
    }
    return records;
}

inline void give_all(Slab<Record>& slab, const std::vector<Record*>& records) {
    for (Record* record : records) {
        slab.give(*record);
    }
}

struct Trimmed : Memory {
    size_t discarded() const { return discarded_bytes.load() - before_; }

  private:
    size_t before_ = discarded_bytes.load();
};

}  // namespace uaio::test
