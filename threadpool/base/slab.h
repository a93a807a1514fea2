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
// After a burst trim() gives memory back, from the highest number down: it takes the whole stack of
// free records, so that it owns them, and if these are all that were ever taken of the last chunks,
// it discards what they hold and makes their numbers fresh again. What is left goes back to the
// stack, the lowest chunks on top, so that the next trim() finds the last ones free.
//
// take(), give() and trim() are lock-free; the first two are async-signal-safe. A record keeps its
// bytes while it is free or has zeros, except for the members of SlabRecord: its user sets every
// field after take().
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

    // Gives back the memory of the last chunks if all of their records are free; the first chunk
    // stays. Takes time in proportion to the number of free records. Any thread; but for a moment
    // there are no free records, so whoever takes some meanwhile takes fresh ones: call it when few
    // are in use.
    void trim();

    // Forgets all records and gives their memory back. Nobody uses the slab: in a forked child, or
    // when its owner is closed.
    void reset();

    // Where the records lie, for a reader that has copied the slab's bytes out of another process.
    // All values may be garbage then.
    static constexpr uint32_t kFirstChunk = 64;  // records; a page or more of any record
    static constexpr uint32_t kChunks = 22;      // 64 * (2^22 - 1): 268 million records
    static uint32_t records_of(uint32_t chunk) { return kFirstChunk << chunk; }
    const T* chunk(uint32_t chunk) const { return chunks_[chunk].load(std::memory_order_relaxed); }
    // Records from this number on have never been taken.
    uint32_t fresh() const { return fresh_.load(std::memory_order_relaxed); }

  private:
    static constexpr uint32_t kRecordsMax = kFirstChunk * ((1u << kChunks) - 1);

    struct Place {
        uint32_t chunk;
        uint32_t offset;
    };

    // The lowest number of a chunk.
    static uint32_t begin_of(uint32_t chunk) { return kFirstChunk * ((1u << chunk) - 1); }

    static Place place_of(uint32_t number) {
        uint32_t chunk = 31u - static_cast<uint32_t>(__builtin_clz(number / kFirstChunk + 1));
        return {chunk, number - begin_of(chunk)};
    }

    static uint64_t head(uint64_t before, uint32_t top) { return ((before >> 32) + 1) << 32 | top; }

    static size_t bytes_of(uint32_t chunk) {
        return sizeof(T) * (static_cast<size_t>(kFirstChunk) << chunk);
    }

    struct Chain {
        T* first;
        T* last;
    };

    T* pop_free();
    T* detach_free();
    void push_free(T& first, T& last);
    static void prepend(Chain& chain, T& record);
    uint32_t split(T* free, uint32_t fresh, Chain (&kept)[kChunks]);
    void free_again(uint32_t from, uint32_t to);
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
        // Acquire pairs with trim(), after which the number may be fresh for a second time. The
        // chunk has its own acquire.
        if (fresh_.compare_exchange_weak(number, number + 1, std::memory_order_acquire,
                                         std::memory_order_relaxed)) {
            chunk[place.offset].number = number;
            return &chunk[place.offset];
        }
    }
}

template <class T>
void Slab<T>::give(T& record) {
    push_free(record, record);
}

// A chain from `first` down to `last`.
template <class T>
void Slab<T>::push_free(T& first, T& last) {
    uint64_t seen = free_.load(std::memory_order_relaxed);  // a guess, checked by the exchange
    do {
        last.free_below.store(static_cast<uint32_t>(seen), std::memory_order_relaxed);
        // Release: what the owner did with the record happens before the next owner's use, which
        // begins with the acquire in pop_free().
    } while (!free_.compare_exchange_weak(seen, head(seen, first.number + 1),
                                          std::memory_order_release, std::memory_order_relaxed));
}

// All free records, as one chain that belongs to the caller; null if there is none.
template <class T>
T* Slab<T>::detach_free() {
    uint64_t seen = free_.load(std::memory_order_relaxed);  // a guess, checked by the exchange
    do {
        if (static_cast<uint32_t>(seen) == 0) {
            return nullptr;
        }
        // Acquire pairs with push_free().
    } while (!free_.compare_exchange_weak(seen, head(seen, 0), std::memory_order_acquire,
                                          std::memory_order_relaxed));
    return at(static_cast<uint32_t>(seen) - 1);
}

template <class T>
void Slab<T>::prepend(Chain& chain, T& record) {
    uint32_t below = chain.first != nullptr ? chain.first->number + 1 : 0;
    record.free_below.store(below, std::memory_order_relaxed);  // push_free() releases it
    chain.last = chain.last != nullptr ? chain.last : &record;
    chain.first = &record;
}

// Parts the chain at `free` by chunks. Returns the lowest number of which all up to `fresh` are in
// it, and which begins a chunk other than the first; `fresh` if there is none.
template <class T>
uint32_t Slab<T>::split(T* free, uint32_t fresh, Chain (&kept)[kChunks]) {
    uint32_t counts[kChunks] = {};
    while (free != nullptr) {
        T* record = free;
        uint32_t below = record->free_below.load(std::memory_order_relaxed);  // the caller's own
        free = below != 0 ? at(below - 1) : nullptr;
        uint32_t chunk = place_of(record->number).chunk;
        prepend(kept[chunk], *record);
        ++counts[chunk];
    }
    uint32_t from = fresh;
    for (uint32_t chunk = place_of(fresh - 1).chunk; chunk > 0; --chunk) {
        if (counts[chunk] != from - begin_of(chunk)) {
            break;
        }
        from = begin_of(chunk);
    }
    return from;
}

// Somebody has taken a fresh record, so that the numbers below it cannot be fresh again.
template <class T>
void Slab<T>::free_again(uint32_t from, uint32_t to) {
    Chain chain = {};
    for (uint32_t number = to; number > from; --number) {
        T& record = *at(number - 1);
        record.number = number - 1;
        prepend(chain, record);
    }
    push_free(*chain.first, *chain.last);
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
void Slab<T>::trim() {
    if (fresh_.load(std::memory_order_relaxed) <= kFirstChunk) {  // a guess
        return;
    }
    T* free = detach_free();
    if (free == nullptr) {
        return;
    }
    // After detach_free(), so that no number in the chain is higher: a number becomes free after it
    // was taken. Relaxed: checked by the exchange.
    uint32_t fresh = fresh_.load(std::memory_order_relaxed);
    Chain kept[kChunks] = {};
    uint32_t from = split(free, fresh, kept);
    uint32_t chunks = place_of(fresh - 1).chunk + 1;
    // The rest of the last chunk is taken too, so that all of it belongs to this thread.
    uint32_t end = begin_of(chunks);
    if (from < fresh && fresh_.compare_exchange_strong(fresh, end, std::memory_order_relaxed)) {
        for (; begin_of(chunks - 1) >= from; --chunks) {
            discard_pages(chunks_[chunks - 1].load(std::memory_order_relaxed),
                          bytes_of(chunks - 1));
        }
        // Release pairs with take_fresh(): all use of these records happens before their next.
        uint32_t before = end;
        if (!fresh_.compare_exchange_strong(before, from, std::memory_order_release,
                                            std::memory_order_relaxed)) {
            free_again(from, end);
        }
    }
    for (; chunks > 0; --chunks) {
        if (kept[chunks - 1].first != nullptr) {
            push_free(*kept[chunks - 1].first, *kept[chunks - 1].last);
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
