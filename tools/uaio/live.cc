#include "tools/uaio/live.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sstream>

#include "aio/counters.h"
#include "threadpool/base/clock.h"
#include "tools/uaio/failure.h"
#include "tools/uaio/live_requests.h"
#include "tools/uaio/trace_file.h"

namespace uaio::tools {
namespace {

struct Mapping {
    uint64_t bytes;
    std::string path;
};

// The shared mappings of files from their beginning. A line of /proc/PID/maps:
//     7f00-7f10 rw-s 00000000 08:01 4711       /tmp/file
std::vector<Mapping> shared_mappings(const std::string& maps) {
    std::vector<Mapping> found;
    std::istringstream lines(maps);
    for (std::string line; std::getline(lines, line);) {
        unsigned long long begin, end, offset, inode;
        char permissions[5];
        int path = 0;
        int fields = sscanf(line.c_str(), "%llx-%llx %4s %llx %*s %llu %n", &begin, &end,
                            permissions, &offset, &inode, &path);
        bool shared = fields == 5 && permissions[3] == 's' && offset == 0 && inode != 0;
        if (shared && path > 0 && line[static_cast<size_t>(path)] == '/') {
            found.push_back({end - begin, line.substr(static_cast<size_t>(path))});
        }
    }
    return found;
}

// Opens a regular file and nothing else: to open a device may do something. The path is as the
// process sees it.
OwnedFd open_mapped(const Process& process, const std::string& path) {
    OwnedFd place = process.open("root" + path, O_PATH | O_NOFOLLOW);
    struct stat status;
    if (!place.valid() || fstat(place.get(), &status) != 0) return {};
    if (!S_ISREG(status.st_mode)) {
        errno = EINVAL;
        return {};
    }
    return open_for_reading("/proc/self/fd/" + std::to_string(place.get()));
}

Failure refusal(const Process& process, const std::string& why) {
    if (process.has_ended()) return Failure(kExitFailure, process.title() + ", has ended");
    return Failure(kExitFailure, process.title() + ": " + why);
}

bool may_be_statistics(const Mapping& mapping) {
    size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    return mapping.bytes == (kStatsFileBytes + page - 1) / page * page;
}

OwnedFd open_statistics(const Process& process) {
    std::string reason =
        "keeps no statistics: not started under `uaio run --stats`, or no asynchronous I/O yet";
    for (const Mapping& mapping : shared_mappings(process.read("maps"))) {
        OwnedFd file = open_mapped(process, mapping.path);
        if (!file.valid() && may_be_statistics(mapping)) {
            reason = system_failure(0, printable(mapping.path), errno).what();
        }
        switch (file.valid() ? kind_of_statistics(file.get()) : StatisticsKind::kNone) {
            case StatisticsKind::kOurs:
                return file;
            case StatisticsKind::kOtherVersion:
                throw refusal(process, "its statistics are those of another version of uaio");
            case StatisticsKind::kNone:
                break;
        }
    }
    throw refusal(process, reason);
}

// An execution of another program leaves an older record with the same number.
ProcessCounters counters_of(const Process& process) {
    Statistics statistics = read_statistics(open_statistics(process).get());
    for (size_t i = statistics.processes.size(); i-- > 0;) {
        if (statistics.processes[i].pid == process.own_pid()) return statistics.processes[i];
    }
    throw refusal(process, "has no record in its statistics file");
}

}  // namespace

Process find_live_process(const std::string& operand) {
    return find_process(operand, [](const Process& process) {
        try {
            counters_of(process);
            return true;
        } catch (const Failure&) {
            return false;
        }
    });
}

Live look_at(const Process& process) {
    Live live = {};
    live.counters = counters_of(process);
    live.time_ns = now_ns();
    try {
        live.requests = read_requests(process, live.counters.window);
    } catch (const Failure& failure) {
        live.unreadable = failure.what();
    }
    if (process.has_ended()) throw refusal(process, "");
    return live;
}

uint64_t outstanding_in(const ProcessCounters& counters) {
    auto value = [&](Counter counter) { return counters.values[static_cast<size_t>(counter)]; };
    uint64_t submitted = value(Counter::kSubmittedReads) + value(Counter::kSubmittedWrites) +
                         value(Counter::kSubmittedSyncs);
    uint64_t ended = value(Counter::kPerformedReads) + value(Counter::kPerformedWrites) +
                     value(Counter::kPerformedSyncs) + value(Counter::kCancelled);
    return submitted > ended ? submitted - ended : 0;
}

std::string describe(const LiveRequest& request) {
    std::string text = "#" + std::to_string(request.number) + " " + name_of(request.kind);
    if (!is_sync(request.kind)) text += " of " + std::to_string(request.bytes) + " bytes";
    if (request.offset) text += " at " + std::to_string(*request.offset);
    return text + ", descriptor " + std::to_string(request.fd);
}

std::string wait_of(const LiveRequest& request) {
    switch (request.state) {
        case State::kFilled:
            return "its submitter";
        case State::kPosted:
        case State::kReady:
            return "a worker";
        case State::kBarred:
            return "the writes before it";
        case State::kBlocked:
            return request.blocker ? "request #" + std::to_string(*request.blocker) : "another one";
        case State::kHeld:
            return "its turn at descriptor " + std::to_string(request.fd);
        case State::kParked:
            return "its stream";
        case State::kRunning:
            return "its system call";
        case State::kWithdrawn:
        case State::kPublishing:
        case State::kPublished:
            break;
    }
    return "nothing more";
}

std::string age_of(const LiveRequest& request) {
    if (!request.age_ns) return "-";
    char text[32];
    double seconds = static_cast<double>(*request.age_ns) / kNsPerSecond;
    snprintf(text, sizeof text, "%.6f s", seconds);
    return text;
}

}  // namespace uaio::tools
