// A trace that a program has recorded (UAIO_TRACE, aio/trace.h), read back: all steps in order of
// time, and the walk of each request.
//
//     Trace trace = read_trace("trace.out");         // throws Failure with a line for people
//     for (const TraceRequest& request : trace.requests) {
//         for (size_t step : request.steps) show(trace.steps[step]);
//     }
//
// Nothing in the file is believed: places, states and times that cannot be are left out and
// counted. What is missing because the process was killed, or because the file was full, shows as
// moments that are kUnknown; a request that had not been published then is still `outstanding()`.
//
// All times are nanoseconds since the beginning of the trace, all references to requests and
// threads are indices into the vectors of the Trace. A number of a request (`TraceStep::number`) is
// used again after its kRetire; an index is not.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <span>
#include <string>
#include <vector>

#include "aio/trace.h"

namespace uaio::tools {

inline constexpr int64_t kUnknown = -1;      // of a moment: not recorded
inline constexpr size_t kNobody = SIZE_MAX;  // of an index: none

struct TraceThread {
    uint32_t number;  // as the system counts (gettid); 0 where it does not tell
    bool performs;    // it makes system calls for requests: a worker, most of the time
    bool submits;
    std::string name;  // "worker 2", "thread 1"; counted in order of appearance
};

// One record. `other` and `value` as enum Step says.
struct TraceStep {
    int64_t time_ns;
    Step step;
    Kind kind;
    State state;
    int8_t priority;
    int fd;  // -1: none
    uint32_t number;
    uint32_t other;
    int64_t offset;
    int64_t value;
    size_t thread;
    size_t request;        // kNobody: of no request, or of one whose kSubmit is not in the trace
    size_t other_request;  // the one that `other` means, in kAdmit, kWait and kJoin
};

// A time that a request spent waiting for something else than a worker.
struct TraceWait {
    int64_t begin_ns;
    int64_t end_ns;      // of the trace, if it has not ended
    State state;         // kBarred, kBlocked, kHeld or kParked
    size_t blocker;      // kBlocked: the request that it waited for; or kNobody
    int64_t gate_limit;  // kHeld: how many its gate lets in
};

// Moments are kUnknown where they are not in the trace.
struct TraceRequest {
    Kind kind;
    int8_t priority;
    int fd;
    int64_t offset;
    int64_t bytes;
    uint32_t list;         // kNoNumber: it belongs to none
    bool express = false;  // made at once by its submitter: submitted and published, nothing else
    bool withdrawn = false;
    size_t submitter;            // a thread
    size_t performer = kNobody;  // the thread that took it last
    size_t leader = kNobody;     // the request whose system call has performed this one too
    size_t joined = 0;           // how many others its own system call has performed
    int64_t value = 0;           // of kPublish: bytes, or minus an errno value

    int64_t queued_ns = 0;  // for how long it was ready before it was taken, in all

    int64_t submitted;
    int64_t admitted = kUnknown;
    int64_t ready = kUnknown;  // the last time, if it has not waited again
    int64_t taken = kUnknown;  // likewise
    int64_t begun = kUnknown;  // the system call that has served it, or its leader's
    int64_t ended = kUnknown;
    int64_t published = kUnknown;
    int64_t delivered = kUnknown;
    int64_t retired = kUnknown;

    std::vector<TraceWait> waits;
    std::vector<size_t> steps;  // indices, in order of time

    bool outstanding() const { return published == kUnknown; }
};

struct Trace {
    std::string program;
    int pid;
    int parent;
    int64_t start_ns;       // by the monotonic clock
    int64_t start_wall_ns;  // since 1970
    int64_t end_ns;         // of the last step
    uint64_t dropped;       // steps that the full file had no place for
    uint64_t damaged;       // records that make no sense
    uint64_t unplaced;      // steps of requests whose kSubmit is not in the trace

    std::vector<TraceThread> threads;
    std::vector<TraceStep> steps;        // in order of time
    std::vector<TraceRequest> requests;  // in order of submission
};

// Reads the trace at `path`. Throws Failure (kExitFailure) with one line: it cannot be read, is
// empty, is none, is cut short, or was made by a newer uaio or on another kind of machine.
Trace read_trace(const std::string& path);

// The same for the bytes of a file; `name` is for messages. `bytes` is aligned to 8.
Trace parse_trace(std::span<const uint8_t> bytes, const std::string& name);

// "submit", "publish"…; "read", "write", "datasync", "sync"; "blocked", "held"…
const char* name_of(Step step);
const char* name_of(Kind kind);
const char* name_of(State state);

// "#7 write of 4096 bytes at 8192, descriptor 3": for people. Counted from 1.
std::string describe(const Trace& trace, size_t request);

}  // namespace uaio::tools
