// What a trace says about time: how long requests spent where, and why the slowest were slow.
//
// A request's time is divided like this, and what is not in the trace counts as nothing:
//     queued     in the inbox, and ready with no worker free
//     lane       waiting for others of its descriptor or file: blocked, held at a gate, barred
//     stream     waiting for a pipe, socket or terminal
//     performing in the system call that has served it
//     notifying  from the moment at which its status is visible until its owner has been told
#pragma once

#include <ostream>

#include "tools/uaio/trace_file.h"

namespace uaio::tools {

struct StageTimes {
    int64_t queued_ns = 0;
    int64_t lane_ns = 0;
    int64_t stream_ns = 0;
    int64_t performing_ns = 0;
    int64_t notifying_ns = 0;
    int64_t total_ns = 0;  // from submission to notification, or publication; or the trace's end
};

StageTimes stage_times(const Trace& trace, const TraceRequest& request);

// One line, for people: where most of its time went, and whom it waited for.
std::string why_slow(const Trace& trace, size_t request);

void print_summary(std::ostream& out, const Trace& trace);

}  // namespace uaio::tools
