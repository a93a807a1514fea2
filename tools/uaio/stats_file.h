// The statistics file of one `uaio run --stats`: where the program and its children leave their
// counters (aio/counters.h has the layout), and what was found there when they had ended.
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include <array>
#include <string>
#include <vector>

#include "aio/counters.h"
#include "tools/uaio/files.h"

namespace uaio::tools {

// What aio/window.h has left in the record. Any numbers, if the process likes.
struct WindowAddresses {
    uint64_t layout;
    uint64_t desk;
    uint64_t workers;
};

// The counters of one process, summed.
struct ProcessCounters {
    pid_t pid;
    pid_t parent;
    std::string name;  // printable, whatever the process wrote there
    std::array<uint64_t, kCounters> values;
    uint64_t outstanding_max;
    uint64_t workers_max;
    bool running;  // it has not ended yet, so the numbers are not final
    WindowAddresses window = {};
};

struct Statistics {
    std::vector<ProcessCounters> processes;  // in the order in which they began
    uint32_t unplaced;                       // processes that found no free record
};

enum class StatisticsKind { kNone, kOurs, kOtherVersion };

// Whether the file is a statistics file, and one that this program can read.
StatisticsKind kind_of_statistics(int fd);

// Trusts nothing that a program can have overwritten. What it cut off is left out.
Statistics read_statistics(int fd);

// Owns the file: made by the constructor, readable by this user alone, removed by the destructor.
class StatsFile {
  public:
    // In $TMPDIR, or /tmp. Throws Failure with kExitRunFailure. The space is allocated at once: a
    // full disk must be an error here, not a SIGBUS in the program.
    StatsFile();
    ~StatsFile();
    StatsFile(const StatsFile&) = delete;
    StatsFile& operator=(const StatsFile&) = delete;

    const std::string& path() const { return path_; }

    Statistics read() const;

  private:
    std::string path_;
    OwnedFd fd_;
};

}  // namespace uaio::tools
