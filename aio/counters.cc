#include "aio/counters.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aio/platform/program_name.h"

namespace uaio {

const char* const kCounterNames[kCounters] = {
    "reads submitted", "writes submitted", "syncs submitted",   "refused",
    "express hits",    "express misses",   "reads performed",   "writes performed",
    "syncs performed", "syncs shared",     "transfers joined",  "bytes read",
    "bytes written",   "failed",           "cancelled",         "lists",
    "workers started", "workers left",     "threads refused",   "wake-ups",
    "notices sent",    "notices lost",     "notifiers started", "notifiers left",
};

namespace {

constinit CounterRecord own_record = {};
constinit std::atomic<CounterRecord*> current_record{&own_record};
constinit void* mapped_file = nullptr;

// Nobody else can have it under another name, write to it, or cut it short while it is mapped.
bool is_private(const struct stat& status) {
    return status.st_uid == geteuid() && status.st_nlink == 1 &&
           (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

bool is_usable(const struct stat& status) {
    return S_ISREG(status.st_mode) && is_private(status) &&
           status.st_size >= static_cast<off_t>(kStatsFileBytes);
}

// What is no file is opened too before that is known: without waiting for its other end, and
// without becoming its terminal.
void* map_file(const char* path) {
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return nullptr;
    }
    struct stat status;
    void* pages = MAP_FAILED;
    if (fstat(fd, &status) == 0 && is_usable(status)) {
        pages = mmap(nullptr, kStatsFileBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    }
    close(fd);
    return pages == MAP_FAILED ? nullptr : pages;
}

// A slot of the file that belongs to this process from now on; null if the file is not ours or
// full.
CounterRecord* claim(void* file) {
    auto& header = *static_cast<StatsHeader*>(file);
    if (header.magic != kStatsMagic || header.record_bytes != sizeof(CounterRecord) ||
        header.records_max != kStatsRecordsMax) {
        return nullptr;
    }
    // Relaxed: the number is all that is taken.
    uint32_t slot = header.records_used.fetch_add(1, std::memory_order_relaxed);
    if (slot >= kStatsRecordsMax) {
        return nullptr;
    }
    auto* records = reinterpret_cast<CounterRecord*>(&header + 1);
    CounterRecord& claimed = records[slot];
    claimed.parent = getppid();
    program_name(claimed.name, sizeof claimed.name);
    claimed.pid.store(getpid(), std::memory_order_release);  // pairs with the reader of the file
    return &claimed;
}

CounterRecord* attach(const char* path) {
    mapped_file = path != nullptr ? map_file(path) : nullptr;
    if (mapped_file == nullptr) {
        return &own_record;
    }
    CounterRecord* claimed = claim(mapped_file);
    if (claimed == nullptr) {
        munmap(mapped_file, kStatsFileBytes);
        mapped_file = nullptr;
        return &own_record;
    }
    return claimed;
}

size_t stripe_of_this_thread() {
    // Threads' descriptors lie at least a page apart.
    auto self = reinterpret_cast<uintptr_t>(reinterpret_cast<void*>(pthread_self()));
    return static_cast<size_t>(static_cast<uint32_t>(self >> 12) * 0x9e3779b1u >> 16) %
           kCounterStripes;
}

}  // namespace

uint64_t CounterRecord::sum(Counter counter) const {
    uint64_t total = 0;
    for (const Stripe& stripe : stripes) {
        total += stripe.values[static_cast<size_t>(counter)].load(std::memory_order_relaxed);
    }
    return total;
}

// Acquire pairs with the release in open_counters(): the record is set up.
CounterRecord& counters() {
    return *current_record.load(std::memory_order_acquire);
}

void count(Counter counter, uint64_t amount) {
    counters().stripes[stripe_of_this_thread()].values[static_cast<size_t>(counter)].fetch_add(
        amount, std::memory_order_relaxed);
}

void raise_to(std::atomic<uint64_t>& mark, uint64_t value) {
    uint64_t seen = mark.load(std::memory_order_relaxed);
    while (seen < value && !mark.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
    }
}

bool open_counters(const char* path) {
    int saved = errno;
    current_record.store(attach(path), std::memory_order_release);  // pairs with counters()
    errno = saved;
    return mapped_file != nullptr;
}

void close_counters() {
    current_record.store(&own_record, std::memory_order_relaxed);  // no other thread exists
    if (mapped_file != nullptr) {
        munmap(mapped_file, kStatsFileBytes);
        mapped_file = nullptr;
    }
    for (auto& stripe : own_record.stripes) {
        for (auto& value : stripe.values) {
            value.store(0, std::memory_order_relaxed);
        }
    }
    own_record.outstanding_max.store(0, std::memory_order_relaxed);
    own_record.workers_max.store(0, std::memory_order_relaxed);
}

}  // namespace uaio
