#include "tools/uaio/stats_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "threadpool/base/own_signals.h"
#include "threadpool/base/signal_block.h"
#include "tools/uaio/failure.h"

namespace uaio::tools {
namespace {

ProcessCounters summed(const CounterRecord& record, pid_t pid) {
    ProcessCounters process{};
    process.pid = pid;
    process.parent = record.parent;
    process.name = printable({record.name, sizeof record.name});
    for (size_t i = 0; i < kCounters; ++i) {
        process.values[i] = record.sum(static_cast<Counter>(i));
    }
    // Relaxed: a copy of our own.
    process.outstanding_max = record.outstanding_max.load(std::memory_order_relaxed);
    process.workers_max = record.workers_max.load(std::memory_order_relaxed);
    process.window.layout = record.layout.load(std::memory_order_relaxed);
    process.window.desk = record.desk.load(std::memory_order_relaxed);
    process.window.workers = record.workers.load(std::memory_order_relaxed);
    process.running = pid > 0 && (kill(pid, 0) == 0 || errno == EPERM);
    return process;
}

// Headers and records are made on the heap, because GCC's address sanitizer does not keep their
// alignment on the stack.

// 0 or an errno value, which is told where file sizes are limited, too, instead of by SIGXFSZ.
int reserve(int fd) {
    SignalBlock block;
    OwnSignals swallowed;
    return posix_fallocate(fd, 0, kStatsFileBytes);
}

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
    int error = reserve(fd_.get());
    if (error == 0) error = write_header(fd_.get());
    if (error != 0) {
        unlink(path_.c_str());
        throw system_failure(kExitRunFailure, "cannot use the statistics file " + path_, error);
    }
}

StatsFile::~StatsFile() {
    unlink(path_.c_str());
}

Statistics StatsFile::read() const {
    return read_statistics(fd_.get());
}

StatisticsKind kind_of_statistics(int fd) {
    auto header = std::make_unique<StatsHeader>();
    bool marked = read_exactly(fd, &header->magic, sizeof header->magic, 0) &&
                  ((header->magic ^ kStatsMagic) & kStatsMark) == 0;
    if (!marked) return StatisticsKind::kNone;
    bool ours = read_exactly(fd, header.get(), sizeof *header, 0) && header->magic == kStatsMagic &&
                header->record_bytes == sizeof(CounterRecord) &&
                header->records_max == kStatsRecordsMax;
    return ours ? StatisticsKind::kOurs : StatisticsKind::kOtherVersion;
}

// Read and not mapped: a program may have cut the file short, and beyond its end a mapping is a
// SIGBUS.
Statistics read_statistics(int fd) {
    auto header = std::make_unique<StatsHeader>();
    if (!read_exactly(fd, header.get(), sizeof *header, 0)) return {};
    // Relaxed: a copy of our own.
    uint32_t claimed = header->records_used.load(std::memory_order_relaxed);
    uint32_t used = std::min(claimed, kStatsRecordsMax);
    Statistics statistics{{}, claimed - used};
    auto record = std::make_unique<CounterRecord>();
    for (uint32_t i = 0; i < used; ++i) {
        auto offset = static_cast<off_t>(sizeof *header + i * sizeof *record);
        if (!read_exactly(fd, record.get(), sizeof *record, offset)) break;
        pid_t pid = record->pid.load(std::memory_order_relaxed);  // likewise
        if (pid != 0) statistics.processes.push_back(summed(*record, pid));
    }
    return statistics;
}

}  // namespace uaio::tools
