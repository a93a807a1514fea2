#include "tools/uaio/trace_walks.h"

#include <unordered_map>

namespace uaio::tools {
namespace {

bool waits(State state) {
    return state == State::kBarred || state == State::kBlocked || state == State::kHeld ||
           state == State::kParked;
}

bool is_beginning(Step step) {
    return step == Step::kSubmit || step == Step::kHit;
}

// Steps of threads and of lists, and misses, which are of no request.
bool is_of_nobody(Step step) {
    return step == Step::kMiss || step >= Step::kSpawn || step == Step::kRing;
}

class Follower {
  public:
    explicit Follower(Trace& trace) : trace_(trace) {}

    void follow(size_t index) {
        TraceStep& step = trace_.steps[index];
        if (is_of_nobody(step.step)) return;
        if (is_beginning(step.step)) {
            begin(step);
        } else {
            step.request = find(step.number);
        }
        if (step.request == kNobody) {
            ++trace_.unplaced;
            return;
        }
        trace_.requests[step.request].steps.push_back(index);
        apply(step, trace_.requests[step.request]);
    }

    void finish() {
        for (TraceRequest& request : trace_.requests) end_wait(request, trace_.end_ns);
    }

  private:
    size_t find(uint32_t number) const {
        auto found = present_.find(number);
        return found == present_.end() ? kNobody : found->second;
    }

    void begin(TraceStep& step) {
        step.request = trace_.requests.size();
        TraceRequest request{};
        request.kind = step.kind;
        request.priority = step.priority;
        request.fd = step.fd;
        request.offset = step.offset;
        request.bytes = step.value;
        request.list = step.step == Step::kSubmit ? step.other : kNoNumber;
        request.submitter = step.thread;
        request.submitted = step.time_ns;
        if (step.step == Step::kHit) {
            request.express = true;
            request.value = step.value;
            request.published = request.retired = step.time_ns;
        } else {
            present_[step.number] = step.request;
        }
        trace_.requests.push_back(std::move(request));
    }

    void apply(TraceStep& step, TraceRequest& request) {
        switch (step.step) {
            case Step::kAdmit:
                request.admitted = step.time_ns;
                return move(step, request);
            case Step::kWait:
            case Step::kPark:
                return move(step, request);
            case Step::kReady:
                end_wait(request, step.time_ns);
                request.ready = step.time_ns;
                return;
            case Step::kTake:
                end_wait(request, step.time_ns);
                leave_queue(request, step.time_ns);
                request.taken = step.time_ns;
                request.performer = step.thread;
                return;
            case Step::kJoin:
                return join(step, request);
            case Step::kBegin:
                request.begun = step.time_ns;
                return;
            case Step::kEnd:
                return end(step, request);
            default:
                return leave(step, request);
        }
    }

    // On the way out.
    void leave(const TraceStep& step, TraceRequest& request) {
        if (step.step == Step::kWithdraw) {
            end_wait(request, step.time_ns);
            leave_queue(request, step.time_ns);
            request.withdrawn = true;
        } else if (step.step == Step::kPublish) {
            request.published = step.time_ns;
            request.value = step.value;
        } else if (step.step == Step::kDeliver) {
            request.delivered = step.time_ns;
        } else if (step.step == Step::kRetire) {
            request.retired = step.time_ns;
            present_.erase(step.number);
        }
    }

    // Into another state of waiting, or among those that may run.
    void move(TraceStep& step, TraceRequest& request) {
        end_wait(request, step.time_ns);
        State state = step.step == Step::kPark ? State::kParked : step.state;
        if (state == State::kBlocked) step.other_request = find(step.other);
        if (step.step == Step::kWait) leave_queue(request, step.time_ns);
        request.begun = kUnknown;  // a stream's call that brought nothing
        request.ready = kUnknown;
        if (waits(state)) {
            request.waits.push_back(
                {step.time_ns, kUnknown, state, step.other_request, step.value});
        } else {
            request.ready = step.time_ns;
        }
    }

    static void end_wait(TraceRequest& request, int64_t time_ns) {
        if (!request.waits.empty() && request.waits.back().end_ns == kUnknown) {
            request.waits.back().end_ns = time_ns;
        }
    }

    // From among those that may run.
    static void leave_queue(TraceRequest& request, int64_t time_ns) {
        if (request.ready != kUnknown) request.queued_ns += time_ns - request.ready;
    }

    void join(TraceStep& step, TraceRequest& request) {
        size_t leader = find(step.other);
        if (leader == kNobody || leader == step.request) return;
        step.other_request = request.leader = leader;
        ++trace_.requests[leader].joined;
    }

    // Who has not been performed on his own has been by the call of his leader.
    void end(const TraceStep& step, TraceRequest& request) {
        request.ended = step.time_ns;
        if (request.leader == kNobody) return;
        if (request.begun == kUnknown) {
            request.begun = trace_.requests[request.leader].begun;
        } else {
            --trace_.requests[request.leader].joined;
            request.leader = kNobody;
        }
    }

    Trace& trace_;
    std::unordered_map<uint32_t, size_t> present_;  // requests by number
};

}  // namespace

void follow_walks(Trace& trace) {
    Follower follower(trace);
    for (size_t i = 0; i < trace.steps.size(); ++i) follower.follow(i);
    follower.finish();
}

}  // namespace uaio::tools
