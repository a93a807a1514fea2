// What a process that keeps statistics (UAIO_STATS, `uaio run --stats`) does just now: its
// counters, from the statistics file that it has mapped, and its outstanding requests and its
// workers, from its memory (aio/window.h). The process is not stopped and does not notice.
//
//     Process process = find_live_process("fio");
//     Live live = look_at(process);
//
// How it is found. The file is among the mappings of the process (/proc/PID/maps), so nobody has to
// tell where it is; the record in it is that of the process's number. Who may read the mappings is
// the process's own user; reading memory (/proc/PID/mem) may need more rights, by the system's
// settings (ptrace(2), kernel.yama.ptrace_scope). Without them there are the counters alone.
//
// The process may change what is being read at any time, and may have written anything there.
// Nothing is believed: a request is shown if it was the same in two readings.
#pragma once

#include <stdint.h>

#include <optional>
#include <string>
#include <vector>

#include "aio/operation.h"
#include "aio/request.h"
#include "tools/uaio/process.h"
#include "tools/uaio/stats_file.h"

namespace uaio::tools {

struct LiveRequest {
    uint32_t number;  // of its record, as probes call it
    int fd;
    Kind kind;
    int priority;
    std::optional<int64_t> offset;  // none for a sync and on what cannot seek
    uint64_t bytes;
    State state;
    std::optional<uint32_t> blocker;  // the request that it waits for, if it is kBlocked
    std::optional<int64_t> age_ns;    // none if the process had no memory for its time
};

struct LiveRequests {
    std::vector<LiveRequest> list;  // submitted and not yet published; the oldest first
    bool partial = false;           // the process has more records than are looked at
    unsigned workers = 0;
    unsigned busy = 0;  // the others sleep or look for work
};

struct Live {
    int64_t time_ns;
    ProcessCounters counters;
    std::optional<LiveRequests> requests;  // none: see `unreadable`
    std::string unreadable;                // why, in words
};

// The process that `operand` (a number or a name) means, among those that keep statistics. Throws
// Failure (kExitFailure) with one line.
Process find_live_process(const std::string& operand);

// Throws Failure if it has ended, keeps no statistics or those of another version of uaio, or may
// not be looked at.
Live look_at(const Process& process);

// Requests that were submitted and not yet published, by the counters alone: about right.
uint64_t outstanding_in(const ProcessCounters& counters);

// "#17 read of 4096 bytes at 8192, descriptor 3"
std::string describe(const LiveRequest& request);

// What it waits for: "a worker", "request #3", "its turn at descriptor 5", "its stream"…
std::string wait_of(const LiveRequest& request);

// "1.250000 s", "-" if it is not known.
std::string age_of(const LiveRequest& request);

}  // namespace uaio::tools
