#include "tools/uaio/stats_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <new>

#include "tools/uaio/failure.h"
#include "tools/uaio/files.h"

namespace uaio::tools {
namespace {

std::string printable(const char* text, size_t length_max) {
    std::string result;
    for (size_t i = 0; i < length_max && text[i] != '\0'; ++i) {
        bool plain = text[i] >= ' ' && text[i] <= '~';
        result += plain ? text[i] : '?';
    }
    return result;
}

ProcessCounters summed(const CounterRecord& record, pid_t pid) {
    ProcessCounters process{};
    process.pid = pid;
    process.parent = record.parent;
    process.name = printable(record.name, sizeof record.name);
    for (size_t i = 0; i < kCounters; ++i) {
        process.values[i] = record.sum(static_cast<Counter>(i));
    }
    // Relaxed: a mark is read as a number and orders nothing.
    process.outstanding_max = record.outstanding_max.load(std::memory_order_relaxed);
    process.workers_max = record.workers_max.load(std::memory_order_relaxed);
    process.running = pid > 0 && (kill(pid, 0) == 0 || errno == EPERM);
    return process;
}

}  // namespace

StatsFile::StatsFile() {
    const char* directory = getenv("TMPDIR");
    bool given = directory != nullptr && directory[0] == '/';
    path_ = std::string(given ? directory : "/tmp") + "/uaio-stats-XXXXXX";
    OwnedFd fd(mkostemp(path_.data(), O_CLOEXEC));
    if (!fd.valid()) {
        throw system_failure(kExitRunFailure, "cannot create the statistics file " + path_, errno);
    }
    int error = posix_fallocate(fd.get(), 0, kStatsFileBytes);
    if (error == 0) {
        mapping_ = mmap(nullptr, kStatsFileBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
        if (mapping_ == MAP_FAILED) error = errno;
    }
    if (error != 0) {
        unlink(path_.c_str());
        throw system_failure(kExitRunFailure, "cannot use the statistics file " + path_, error);
    }
    auto* header = new (mapping_) StatsHeader{};
    header->magic = kStatsMagic;
    header->record_bytes = sizeof(CounterRecord);
    header->records_max = kStatsRecordsMax;
}

StatsFile::~StatsFile() {
    munmap(mapping_, kStatsFileBytes);
    unlink(path_.c_str());
}

Statistics StatsFile::read() const {
    auto* header = static_cast<const StatsHeader*>(mapping_);
    auto* records = reinterpret_cast<const CounterRecord*>(header + 1);
    uint32_t claimed = header->records_used.load(std::memory_order_acquire);
    uint32_t used = std::min(claimed, kStatsRecordsMax);
    Statistics statistics{{}, claimed - used};
    for (uint32_t i = 0; i < used; ++i) {
        // Pairs with the release of the process that claimed the record.
        pid_t pid = records[i].pid.load(std::memory_order_acquire);
        if (pid != 0) statistics.processes.push_back(summed(records[i], pid));
    }
    return statistics;
}

}  // namespace uaio::tools
