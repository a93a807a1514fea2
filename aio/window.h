// Window: what another process that may read this one's memory finds there: the requests that are
// outstanding, and how many workers are busy (`uaio top`, `uaio dump`).
//
// The engine does nothing for its readers but to leave two addresses in its statistics record
// (counters.h), that of its desk and that of its workers' pool, and to keep the time of each
// submission. The reader copies the bytes of these objects into objects of its own, and asks those
// where the records lie; so it must have been made of the same sources, which `kWindowLayout`
// tells. Nobody waits for a reader: what it copies may change meanwhile, so it looks twice.
#pragma once

#include <stdint.h>

#include "aio/counters.h"
#include "aio/desk.h"
#include "aio/version.h"
#include "threadpool/pool.h"

namespace uaio {

// A number for the version and the sizes of all that is copied; never 0.
constexpr uint64_t window_layout() {
    constexpr uint64_t kPrime = 0x100000001b3;  // FNV-1a
    uint64_t hash = 0xcbf29ce484222325;
    for (char letter : UAIO_VERSION_STRING) {
        hash = (hash ^ static_cast<unsigned char>(letter)) * kPrime;
    }
    const size_t sizes[] = {sizeof(Request), sizeof(Operation), sizeof(Descriptor), sizeof(Moment),
                            sizeof(Desk),    sizeof(Pool),      sizeof(void*)};
    for (size_t bytes : sizes) {
        hash = (hash ^ bytes) * kPrime;
    }
    return hash | 1;
}

inline constexpr uint64_t kWindowLayout = window_layout();

// Leaves the addresses in the statistics record of this process.
inline void open_window(const Desk& desk, const Pool& workers) {
    CounterRecord& record = counters();
    // Relaxed: the last one releases them.
    record.desk.store(reinterpret_cast<uintptr_t>(&desk), std::memory_order_relaxed);
    record.workers.store(reinterpret_cast<uintptr_t>(&workers), std::memory_order_relaxed);
    record.layout.store(kWindowLayout, std::memory_order_release);  // pairs with the reader
}

}  // namespace uaio
