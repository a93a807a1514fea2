// Slab: records of one type that are taken and given back by any thread without a lock.
//
// Concept. Records have numbers, 0 upwards, are zeroed at first, and stay mapped for ever, so a
// stale number or pointer may be looked up safely; whether it still means the same thing is for the
// owner of the record to check. Record numbers are grouped into chunks that double in size. Free
// records form a stack; when it is empty a fresh number is handed out, and its chunk is mapped if
// nobody did so before.
//
// The head of the stack holds a record number and a tag that grows with every change, so that a
// thread which was asleep between reading and exchanging notices that the head has changed even if
// the same record is on top again (ABA).
//
// take() and give() are lock-free and async-signal-safe. A record keeps its bytes while it is free,
// except for the members of SlabRecord: its user sets every field after take().
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <atomic>

#include "threadpool/base/pages.h"

namespace uaio {

struct SlabRecord {
    uint32_t number;                   // of this record, set by the slab at the first take
    std::atomic<uint32_t> free_below;  // number + 1 of the next free record, 0 for none
};

template <class T>
class Slab {
  public:
    // A record that belongs to the caller until it is given back; null if memory is exhausted.
    T* take();

    // Gives a record back. The caller must not touch it afterwards.
    void give(T& record);

    // The record with that number, null if there has never been one.
    T* at(uint32_t number) const;

    // Maps memory for `records` records in advance. Failure is not an error: take() tries again.
    void reserve(uint32_t records);

    // Forgets all records and gives their memory back. Only for a forked child.
    void reset();

  private:
    static constexpr uint32_t kFirstChunk = 64;  // records; a page or more of any record
    static constexpr uint32_t kChunks = 22;      // 64 * (2^22 - 1): 268 million records
    static constexpr uint32_t kRecordsMax = kFirstChunk * ((1u << kChunks) - 1);

    struct Place {
        uint32_t chunk;
        uint32_t offset;
    };

    static Place place_of(uint32_t number) {
        uint32_t chunk = 31u - static_cast<uint32_t>(__builtin_clz(number / kFirstChunk + 1));
        return {chunk, number - kFirstChunk * ((1u << chunk) - 1)};
    }

    static uint64_t head(uint64_t before, uint32_t top) { return ((before >> 32) + 1) << 32 | top; }

    static size_t bytes_of(uint32_t chunk) {
        return sizeof(T) * (static_cast<size_t>(kFirstChunk) << chunk);
    }

    T* pop_free();
    T* take_fresh();
    T* ensure_chunk(uint32_t chunk);

    std::atomic<uint64_t> free_{0};   // tag << 32 | number + 1 of the top record
    std::atomic<uint32_t> fresh_{0};  // numbers from here on have never been taken
    std::atomic<T*> chunks_[kChunks] = {};
};

template <class T>
T* Slab<T>::take() {
    T* record = pop_free();
    return record != nullptr ? record : take_fresh();
}

template <class T>
T* Slab<T>::pop_free() {
    uint64_t seen = free_.load(std::memory_order_acquire);  // pairs with give()
    for (;;) {
        auto top = static_cast<uint32_t>(seen);
        if (top == 0) {
            return nullptr;
        }
        T* record = at(top - 1);
        // Relaxed: if another thread took the record meanwhile, the tag makes the exchange fail.
        uint32_t below = record->free_below.load(std::memory_order_relaxed);
        if (free_.compare_exchange_weak(seen, head(seen, below), std::memory_order_acquire,
                                        std::memory_order_acquire)) {  // pair with give()
            return record;
        }
    }
}

template <class T>
T* Slab<T>::take_fresh() {
    uint32_t number = fresh_.load(std::memory_order_relaxed);  // a guess, checked by the exchange
    for (;;) {
        if (number >= kRecordsMax) {
            return nullptr;
        }
        Place place = place_of(number);
        T* chunk = ensure_chunk(place.chunk);
        if (chunk == nullptr) {
            return nullptr;
        }
        // Relaxed: the number is all that is handed over; the chunk has its own acquire.
        if (fresh_.compare_exchange_weak(number, number + 1, std::memory_order_relaxed)) {
            chunk[place.offset].number = number;
            return &chunk[place.offset];
        }
    }
}

template <class T>
void Slab<T>::give(T& record) {
    uint64_t seen = free_.load(std::memory_order_relaxed);  // a guess, checked by the exchange
    do {
        record.free_below.store(static_cast<uint32_t>(seen), std::memory_order_relaxed);
        // Release: what the owner did with the record happens before the next owner's use, which
        // begins with the acquire in pop_free().
    } while (!free_.compare_exchange_weak(seen, head(seen, record.number + 1),
                                          std::memory_order_release, std::memory_order_relaxed));
}

template <class T>
T* Slab<T>::at(uint32_t number) const {
    if (number >= kRecordsMax) {
        return nullptr;
    }
    Place place = place_of(number);
    T* chunk = chunks_[place.chunk].load(std::memory_order_acquire);  // pairs with ensure_chunk()
    return chunk != nullptr ? &chunk[place.offset] : nullptr;
}

template <class T>
T* Slab<T>::ensure_chunk(uint32_t chunk) {
    T* mapped = chunks_[chunk].load(std::memory_order_acquire);  // pairs with the exchange below
    if (mapped != nullptr) {
        return mapped;
    }
    auto* fresh = static_cast<T*>(map_pages(bytes_of(chunk)));
    if (fresh == nullptr) {
        return nullptr;
    }
    // Release: pairs with the acquires of chunks_. A loser uses the winner's chunk.
    if (chunks_[chunk].compare_exchange_strong(mapped, fresh, std::memory_order_acq_rel,
                                               std::memory_order_acquire)) {
        return fresh;
    }
    unmap_pages(fresh, bytes_of(chunk));
    return mapped;
}

template <class T>
void Slab<T>::reserve(uint32_t records) {
    if (records == 0 || records > kRecordsMax) {
        return;
    }
    for (uint32_t chunk = 0; chunk <= place_of(records - 1).chunk; ++chunk) {
        if (ensure_chunk(chunk) == nullptr) {
            return;
        }
    }
}

template <class T>
void Slab<T>::reset() {
    // Relaxed: no other thread exists.
    free_.store(0, std::memory_order_relaxed);
    fresh_.store(0, std::memory_order_relaxed);
    for (uint32_t chunk = 0; chunk < kChunks; ++chunk) {
        T* mapped = chunks_[chunk].load(std::memory_order_relaxed);
        if (mapped != nullptr) {
            unmap_pages(mapped, bytes_of(chunk));
            chunks_[chunk].store(nullptr, std::memory_order_relaxed);
        }
    }
}

}  // namespace uaio
