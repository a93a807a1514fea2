#include "tools/uaio/stats_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "tools/uaio/failure.h"

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

// Headers and records are made on the heap, because GCC's address sanitizer does not keep their
// alignment on the stack.

// 0 or an errno value.
int write_header(int fd) {
    auto header = std::make_unique<StatsHeader>();
    header->magic = kStatsMagic;
    header->record_bytes = sizeof(CounterRecord);
    header->records_max = kStatsRecordsMax;
    ssize_t written = pwrite(fd, header.get(), sizeof *header, 0);
    if (written == sizeof *header) return 0;
    return written < 0 ? errno : EIO;
}

}  // namespace

StatsFile::StatsFile() {
    const char* directory = getenv("TMPDIR");
    bool given = directory != nullptr && directory[0] == '/';
    path_ = std::string(given ? directory : "/tmp") + "/uaio-stats-XXXXXX";
    fd_ = OwnedFd(mkostemp(path_.data(), O_CLOEXEC));
    if (!fd_.valid()) {
        throw system_failure(kExitRunFailure, "cannot create the statistics file " + path_, errno);
    }
    int error = posix_fallocate(fd_.get(), 0, kStatsFileBytes);
    if (error == 0) error = write_header(fd_.get());
    if (error != 0) {
        unlink(path_.c_str());
        throw system_failure(kExitRunFailure, "cannot use the statistics file " + path_, error);
    }
}

StatsFile::~StatsFile() {
    unlink(path_.c_str());
}

// Read and not mapped: a program may have cut the file short, and beyond its end a mapping is a
// SIGBUS.
Statistics StatsFile::read() const {
    auto header = std::make_unique<StatsHeader>();
    if (!read_exactly(fd_.get(), header.get(), sizeof *header, 0)) return {};
    // Relaxed: a copy of our own.
    uint32_t claimed = header->records_used.load(std::memory_order_relaxed);
    uint32_t used = std::min(claimed, kStatsRecordsMax);
    Statistics statistics{{}, claimed - used};
    auto record = std::make_unique<CounterRecord>();
    for (uint32_t i = 0; i < used; ++i) {
        auto offset = static_cast<off_t>(sizeof *header + i * sizeof *record);
        if (!read_exactly(fd_.get(), record.get(), sizeof *record, offset)) break;
        pid_t pid = record->pid.load(std::memory_order_relaxed);  // likewise
        if (pid != 0) statistics.processes.push_back(summed(*record, pid));
    }
    return statistics;
}

}  // namespace uaio::tools
