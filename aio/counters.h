// Counters: what the engine did, for people who want to see it.
//
// Concept. One `CounterRecord` belongs to one process image (a fork and an exec each start a new
// one). Adding to a counter is one relaxed increment on a stripe chosen by the calling thread, so
// that threads do not share a cache line; a reader sums the stripes. Relaxed is enough
// everywhere: a counter orders nothing, it is only ever read as a number.
//
// The record lives in static memory, unless UAIO_STATS names a statistics file. Then it is a slot
// of that file, mapped shared, so that another process (`uaio run --stats`) reads it after this
// one has ended, however it ended: many programs leave by _exit or by a signal and run no
// destructor.
//
// The file: one `StatsHeader`, then `records_max` records. Its creator makes it (sparse, owner
// only) and writes the header; a process claims a slot by incrementing `records_used`. A process
// that finds no free slot, or no valid header, counts in its static memory instead.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <atomic>

namespace uaio {

// In the order in which they are printed. `kCounterNames` names each one.
enum class Counter : uint8_t {
    kSubmittedReads,
    kSubmittedWrites,
    kSubmittedSyncs,
    kRefused,        // submissions answered with an error at the door
    kExpressHits,    // made at once by their submitter; performed reads and writes too
    kExpressMisses,  // tried, and left to a worker
    kPerformedReads,
    kPerformedWrites,
    kPerformedSyncs,
    kSyncsShared,      // of these, done by the system call of another one
    kTransfersJoined,  // reads and writes made by the system call of another one
    kBytesRead,
    kBytesWritten,
    kFailed,     // performed requests whose status is an error
    kCancelled,  // withdrawn before they ran
    kLists,      // lio_listio calls accepted
    kWorkersStarted,
    kWorkersLeft,
    kThreadsRefused,  // threads that the system would not start
    kWakeups,         // workers woken from sleep
    kNoticesDelivered,
    kNoticesFailed,
    kNotifiersStarted,
    kNotifiersLeft,
    kCount
};

inline constexpr size_t kCounters = static_cast<size_t>(Counter::kCount);

// Printable names, words separated by spaces, indexed by Counter.
extern const char* const kCounterNames[kCounters];

// As many threads as seldom run at the same instant on one machine without being noticed elsewhere.
inline constexpr size_t kCounterStripes = 8;

struct CounterRecord {
    struct alignas(64) Stripe {
        std::atomic<uint64_t> values[kCounters];
    };

    std::atomic<int32_t> pid;               // 0: the slot is not in use; set last, with release
    int32_t parent;                         // pid of the parent at the time of the claim
    char name[16];                          // the program's short name, zero-terminated
    std::atomic<uint64_t> outstanding_max;  // most requests submitted and not yet published
    std::atomic<uint64_t> workers_max;      // most workers alive at one time
    // Where the engine lies in the process's memory, for who may read that (aio/window.h).
    std::atomic<uint64_t> desk;
    std::atomic<uint64_t> workers;
    std::atomic<uint64_t> layout;  // set last, with release; 0: there is nothing to see yet
    Stripe stripes[kCounterStripes];

    // The sum over the stripes. While the process runs, a number between two true ones.
    uint64_t sum(Counter counter) const;
};

// The topmost byte is the version of the layout; the others, kStatsMark, say what the file is.
inline constexpr uint64_t kStatsMagic = 0x32737461745f6169;
inline constexpr uint64_t kStatsMark = 0x00ffffffffffffff;
inline constexpr uint32_t kStatsRecordsMax = 4096;  // of one `uaio run`

struct alignas(64) StatsHeader {
    uint64_t magic;
    uint32_t record_bytes;  // sizeof(CounterRecord) of the creator; a reader checks it
    uint32_t records_max;
    std::atomic<uint32_t> records_used;  // may run past records_max: the excess found no slot
};

inline constexpr size_t kStatsFileBytes =
    sizeof(StatsHeader) + kStatsRecordsMax * sizeof(CounterRecord);

// The record of this process. Never null.
CounterRecord& counters();

// Adds to a counter. Async-signal-safe; never blocks.
void count(Counter counter, uint64_t amount = 1);

// Raises a high-water mark to `value` where it is lower.
void raise_to(std::atomic<uint64_t>& mark, uint64_t value);

// Attaches to the statistics file at `path`; null or an unusable file selects static memory.
// Called at first use of the engine. Never creates a file and never follows a link there; refuses
// what is not regular, has a second name, or is not this user's alone. Keeps errno. Returns whether
// the record is in the file, where others see it.
bool open_counters(const char* path);

// Detaches and starts from zero in static memory. Only for a forked child.
void close_counters();

}  // namespace uaio
