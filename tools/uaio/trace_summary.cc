#include "tools/uaio/trace_summary.h"

#include <string.h>

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace uaio::tools {
namespace {

constexpr size_t kSlowest = 10;
constexpr int kNameColumns = 24;
constexpr int kTimeColumns = 11;

// What lies between two moments that are both known and in order.
int64_t between(int64_t begin_ns, int64_t end_ns) {
    return begin_ns != kUnknown && end_ns > begin_ns ? end_ns - begin_ns : 0;
}

int64_t or_end(int64_t moment, const Trace& trace) {
    return moment != kUnknown ? moment : trace.end_ns;
}

std::string milliseconds(int64_t ns) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(3) << static_cast<double>(ns) / 1e6 << " ms";
    return text.str();
}

std::string microseconds(int64_t ns) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(1) << static_cast<double>(ns) / 1e3;
    return text.str();
}

const TraceWait* longest_wait(const TraceRequest& request) {
    auto longest = std::max_element(request.waits.begin(), request.waits.end(),
                                    [](const TraceWait& one, const TraceWait& other) {
                                        return between(one.begin_ns, one.end_ns) <
                                               between(other.begin_ns, other.end_ns);
                                    });
    return longest == request.waits.end() ? nullptr : &*longest;
}

std::string reason_of(const Trace& trace, const TraceWait& wait) {
    switch (wait.state) {
        case State::kBlocked:
            return wait.blocker == kNobody ? "waited for a request that it conflicts with"
                                           : "waited for " + describe(trace, wait.blocker);
        case State::kHeld:
            return wait.gate_limit == 1
                       ? "waited for its turn: one at a time at its gate"
                       : "waited at its gate, which lets in " + std::to_string(wait.gate_limit);
        case State::kBarred:
            return "waited for the writes of its file that came before it";
        default:
            return "its pipe, socket or terminal had nothing for it";
    }
}

std::string reason_of_call(const TraceRequest& request) {
    std::string text = request.ended == kUnknown ? "the system call has not returned"
                                                 : "the system call: the device or file system";
    size_t others = request.joined;
    if (request.leader != kNobody) return text + ", made with that of another request";
    return others == 0 ? text : text + ", made for " + std::to_string(others) + " others too";
}

struct Stage {
    const char* name;
    int64_t StageTimes::*time;
};

constexpr Stage kStages[] = {
    {"queued", &StageTimes::queued_ns},
    {"waiting for its lane", &StageTimes::lane_ns},
    {"waiting for a stream", &StageTimes::stream_ns},
    {"performing", &StageTimes::performing_ns},
    {"notifying", &StageTimes::notifying_ns},
    {"all of it", &StageTimes::total_ns},
};

// Those that went through the queue; who was never taken into account counts as far as he came.
std::vector<size_t> queued_requests(const Trace& trace) {
    std::vector<size_t> requests;
    for (size_t i = 0; i < trace.requests.size(); ++i) {
        if (!trace.requests[i].express) requests.push_back(i);
    }
    return requests;
}

int64_t percentile(const std::vector<int64_t>& sorted, double share) {
    auto index = static_cast<size_t>(share * static_cast<double>(sorted.size()));
    return sorted[std::min(index, sorted.size() - 1)];
}

void print_stages(std::ostream& out, const std::vector<StageTimes>& times) {
    out << std::left << std::setw(kNameColumns) << "microseconds" << std::right;
    for (const char* column : {"p50", "p90", "p99", "max"}) {
        out << std::setw(kTimeColumns) << column;
    }
    out << '\n';
    for (const Stage& stage : kStages) {
        std::vector<int64_t> values;
        for (const StageTimes& each : times) values.push_back(each.*stage.time);
        std::sort(values.begin(), values.end());
        out << std::left << std::setw(kNameColumns) << stage.name << std::right;
        for (double share : {0.5, 0.9, 0.99, 1.0}) {
            out << std::setw(kTimeColumns) << microseconds(percentile(values, share));
        }
        out << '\n';
    }
}

void print_counts(std::ostream& out, const Trace& trace, size_t queued) {
    auto number = [&](auto is) {
        return std::count_if(trace.requests.begin(), trace.requests.end(), is);
    };
    auto plural = [](auto count, const char* what) { return std::to_string(count) + " " + what; };
    out << trace.program << ", process " << trace.pid << ", " << milliseconds(trace.end_ns) << ": "
        << plural(trace.requests.size(), "requests") << ", "
        << plural(trace.threads.size(), "threads") << ", " << plural(trace.steps.size(), "steps")
        << '\n'
        << "  made at once " << trace.requests.size() - queued << ", queued " << queued
        << "; of these cancelled " << number([](const TraceRequest& it) { return it.withdrawn; })
        << ", performed with another "
        << number([](const TraceRequest& it) { return it.leader != kNobody; })
        << ", not done when the trace ends "
        << number([](const TraceRequest& it) { return it.outstanding(); }) << '\n';
    if (trace.dropped > 0) {
        out << "  the file was full: " << trace.dropped << " later steps are not in it\n";
    }
    if (trace.damaged + trace.unplaced > 0) {
        out << "  left out: " << trace.damaged << " damaged records, " << trace.unplaced
            << " steps of requests that are not in the file\n";
    }
}

void print_slowest(std::ostream& out, const Trace& trace, std::vector<size_t> requests,
                   const std::vector<StageTimes>& times) {
    // times[i] is that of requests[i]; sorted are the places.
    std::vector<size_t> places(requests.size());
    for (size_t i = 0; i < places.size(); ++i) places[i] = i;
    size_t shown = std::min(kSlowest, places.size());
    std::partial_sort(
        places.begin(), places.begin() + static_cast<ptrdiff_t>(shown), places.end(),
        [&](size_t one, size_t other) { return times[one].total_ns > times[other].total_ns; });
    out << "\nThe slowest:\n";
    for (size_t i = 0; i < shown; ++i) {
        size_t request = requests[places[i]];
        out << std::setw(kTimeColumns) << microseconds(times[places[i]].total_ns) << "  "
            << describe(trace, request) << '\n'
            << std::setw(kTimeColumns) << ""
            << "  " << why_slow(trace, request) << '\n';
    }
}

}  // namespace

StageTimes stage_times(const Trace& trace, const TraceRequest& request) {
    StageTimes times;
    for (const TraceWait& wait : request.waits) {
        int64_t& stage = wait.state == State::kParked ? times.stream_ns : times.lane_ns;
        stage += between(wait.begin_ns, wait.end_ns);
    }
    times.queued_ns =
        between(request.submitted, or_end(request.admitted, trace)) + request.queued_ns;
    if (request.begun != kUnknown) {
        times.queued_ns += between(request.taken, request.begun);
    } else if (request.ready > request.taken && !request.withdrawn) {  // it is in the queue still
        times.queued_ns += between(request.ready, trace.end_ns);
    }
    if (request.begun != kUnknown) {
        times.performing_ns = between(request.begun, or_end(request.ended, trace));
    }
    if (request.published != kUnknown) {
        times.notifying_ns = between(request.published, request.delivered);
    }
    int64_t last = std::max(request.delivered, or_end(request.published, trace));
    times.total_ns = between(request.submitted, last);
    return times;
}

std::string why_slow(const Trace& trace, size_t index) {
    const TraceRequest& request = trace.requests[index];
    StageTimes times = stage_times(trace, request);
    const TraceWait* wait = longest_wait(request);
    int64_t waited = times.lane_ns + times.stream_ns;
    int64_t most = std::max({times.queued_ns, waited, times.performing_ns, times.notifying_ns});
    std::string share = microseconds(most) + ": ";
    if (most == waited && wait != nullptr) {
        std::string others = request.waits.size() > 1
                                 ? " (the longest of " + std::to_string(request.waits.size()) +
                                       " waits, " +
                                       microseconds(between(wait->begin_ns, wait->end_ns)) + ")"
                                 : "";
        return share + reason_of(trace, *wait) + others;
    }
    if (most == times.performing_ns) return share + reason_of_call(request);
    if (most == times.notifying_ns) return share + "its notification";
    bool in_inbox = 2 * between(request.submitted, or_end(request.admitted, trace)) > most;
    return share + (in_inbox ? "nobody looked at it: no worker was free, or awake yet"
                             : "it was ready, and no worker was free");
}

void print_summary(std::ostream& out, const Trace& trace) {
    std::vector<size_t> requests = queued_requests(trace);
    print_counts(out, trace, requests.size());
    if (requests.empty()) return;
    std::vector<StageTimes> times;
    for (size_t request : requests) {
        times.push_back(stage_times(trace, trace.requests[request]));
    }
    out << '\n';
    print_stages(out, times);
    print_slowest(out, trace, requests, times);
}

}  // namespace uaio::tools
