#include "tools/uaio/trace_json.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <set>

namespace uaio::tools {
namespace {

namespace json = boost::json;

// A submission has no duration of its own; Perfetto binds an arrow to a slice that has one.
constexpr int64_t kSubmissionNs = 200;

// Arrows of one kind are told from those of another by their category, and their ids.
constexpr const char* kToPerform = "submit";
constexpr const char* kToNotice = "notify";
constexpr const char* kToReleased = "release";

// Microseconds with three decimals: digits alone, which every reader takes.
std::string microseconds(int64_t ns) {
    std::string digits = std::to_string(ns < 0 ? 0 : ns);
    if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
    return digits.insert(digits.size() - 3, ".");
}

std::string quoted(const std::string& text) {
    return json::serialize(json::string(text));
}

std::string title_of(const Trace& trace, size_t request) {
    return "#" + std::to_string(request + 1) + " " + name_of(trace.requests[request].kind);
}

json::object facts_of(const Trace& trace, size_t index) {
    const TraceRequest& request = trace.requests[index];
    json::object facts{{"request", index + 1},
                       {"descriptor", request.fd},
                       {"offset", request.offset},
                       {"bytes", request.bytes},
                       {"priority", request.priority}};
    if (!request.outstanding()) facts["result"] = request.value;
    if (request.leader != kNobody) facts["performed with"] = request.leader + 1;
    if (request.joined > 0) facts["performs for others too"] = request.joined;
    return facts;
}

class Printer {
  public:
    Printer(std::ostream& out, const Trace& trace)
        : out_(out), trace_(trace), stages_(trace.requests.size()) {}

    void print() {
        out_ << "{\"displayTimeUnit\":\"ns\",\"otherData\":" << about() << ",\"traceEvents\":[";
        name_tracks();
        count_calls();
        find_who_releases();
        for (const TraceStep& step : trace_.steps) show(step);
        close_all();
        out_ << "\n]}\n";
    }

  private:
    json::object about() const {
        return {{"program", trace_.program},
                {"pid", trace_.pid},
                {"start_wall_ns", trace_.start_wall_ns},
                {"dropped", trace_.dropped}};
    }

    uint64_t track_of(size_t thread) const {
        uint32_t number = trace_.threads[thread].number;
        return number != 0 ? number : thread + 1;
    }

    // One event; `rest` is what it has besides: ",\"key\":value…".
    void event(const char* phase, const std::string& name, int64_t time_ns, size_t thread,
               const std::string& rest) {
        out_ << (first_ ? "\n" : ",\n") << "{\"ph\":\"" << phase << "\",\"name\":" << quoted(name)
             << ",\"ts\":" << microseconds(time_ns) << ",\"pid\":" << trace_.pid
             << ",\"tid\":" << (thread == kNobody ? 0 : track_of(thread)) << rest << '}';
        first_ = false;
    }

    void name_tracks() {
        event("M", "process_name", 0, kNobody,
              ",\"args\":" + json::serialize(json::object{{"name", trace_.program}}));
        for (size_t i = 0; i < trace_.threads.size(); ++i) {
            json::object name{{"name", trace_.threads[i].name}};
            event("M", "thread_name", 0, i, ",\"args\":" + json::serialize(name));
        }
    }

    // Of the stages of a request.
    void stage_event(const char* phase, size_t request, const std::string& name,
                     const TraceStep& step, const std::string& rest = {}) {
        event(phase, name, step.time_ns, step.thread,
              ",\"cat\":\"request\",\"id\":" + std::to_string(request + 1) + rest);
    }

    // Ends the present stage, and begins the next one unless it is empty.
    void enter(const TraceStep& step, const std::string& name) {
        std::string& stage = stages_[step.request];
        if (!stage.empty()) stage_event("e", step.request, stage, step);
        stage = name;
        if (!stage.empty()) stage_event("b", step.request, stage, step);
    }

    void arrow(const char* phase, const char* kind, size_t id, int64_t time_ns, size_t thread) {
        std::string bind = *phase == 'f' ? ",\"bp\":\"e\"" : "";
        event(phase, kind, time_ns, thread,
              std::string(",\"cat\":\"") + kind + "\",\"id\":" + std::to_string(id + 1) + bind);
    }

    void slice(const std::string& name, int64_t begin_ns, int64_t end_ns, size_t thread,
               const json::object& facts) {
        int64_t duration = end_ns > begin_ns ? end_ns - begin_ns : 0;
        event("X", name, begin_ns, thread,
              ",\"dur\":" + microseconds(duration) + ",\"args\":" + json::serialize(facts));
    }

    void counter(const char* name, const char* unit, int64_t value, int64_t time_ns) {
        event("C", name, time_ns, kNobody,
              std::string(",\"args\":{\"") + unit + "\":" + std::to_string(value) + "}");
    }

    void instant(const TraceStep& step, const std::string& name, const json::object& facts) {
        event("i", name, step.time_ns, step.thread,
              ",\"s\":\"t\",\"args\":" + json::serialize(facts));
    }

    void count_calls() {
        calls_.resize(trace_.requests.size());
        for (const TraceStep& step : trace_.steps) {
            if (step.step == Step::kBegin && step.request != kNobody) ++calls_[step.request];
        }
    }

    // Requests that waited for another one which was performed, and were themselves: by the other.
    void find_who_releases() {
        released_.resize(trace_.requests.size());
        for (size_t i = 0; i < trace_.requests.size(); ++i) {
            const TraceRequest& request = trace_.requests[i];
            if (request.waits.empty() || !performed_alone(i)) continue;
            size_t blocker = request.waits.back().blocker;
            if (blocker == kNobody || !performed_alone(blocker)) continue;
            if (trace_.requests[blocker].ended <= request.begun) released_[blocker].push_back(i);
        }
    }

    // Whether there is exactly one slice of a system call for it.
    bool performed_alone(size_t request) const {
        const TraceRequest& it = trace_.requests[request];
        return calls_[request] == 1 && it.begun != kUnknown && it.ended >= it.begun;
    }

    bool has_slice(const TraceRequest& request) const {
        return request.begun != kUnknown && request.begun >= request.submitted;
    }

    void submit(const TraceStep& step) {
        const TraceRequest& request = trace_.requests[step.request];
        std::string title = title_of(trace_, step.request);
        slice("submit " + title, step.time_ns, step.time_ns + kSubmissionNs, step.thread, {});
        stage_event("b", step.request, title, step,
                    ",\"args\":" + json::serialize(facts_of(trace_, step.request)));
        enter(step, "submitted");
        if (has_slice(request) && performed_alone(step.request)) {
            arrow("s", kToPerform, step.request, step.time_ns, step.thread);
        }
        counter("queue depth", "requests", ++queued_, step.time_ns);
    }

    void begin(const TraceStep& step) {
        const TraceRequest& request = trace_.requests[step.request];
        enter(step, "performing");
        if (busy_.insert(step.thread).second) count_busy(step.time_ns);
        bool ends = request.ended != kUnknown && request.begun == step.time_ns;
        int64_t end_ns = ends ? request.ended : end_of(step);
        slice(title_of(trace_, step.request), step.time_ns, end_ns, step.thread,
              facts_of(trace_, step.request));
        if (!performed_alone(step.request)) return;
        if (has_slice(request)) {
            arrow("f", kToPerform, step.request, step.time_ns, step.thread);
        }
        if (release_arrow(step.request)) {
            arrow("f", kToReleased, step.request, step.time_ns, step.thread);
        }
        leave_arrows(step);
    }

    // Viewers draw an arrow from the end of the slice that it begins in.
    void leave_arrows(const TraceStep& step) {
        for (size_t other : released_[step.request]) {
            arrow("s", kToReleased, other, step.time_ns, step.thread);
        }
        if (has_notice(trace_.requests[step.request])) {
            arrow("s", kToNotice, step.request, step.time_ns, step.thread);
        }
    }

    // Of a call that brought nothing: when the request was parked, or began its next one.
    int64_t end_of(const TraceStep& begin) const {
        const std::vector<size_t>& steps = trace_.requests[begin.request].steps;
        auto own = static_cast<size_t>(&begin - trace_.steps.data());
        for (auto it = std::upper_bound(steps.begin(), steps.end(), own); it != steps.end(); ++it) {
            const TraceStep& step = trace_.steps[*it];
            if (step.thread == begin.thread) return step.time_ns;
        }
        return trace_.end_ns;
    }

    bool release_arrow(size_t request) const {
        const TraceRequest& it = trace_.requests[request];
        if (it.waits.empty() || it.waits.back().blocker == kNobody) return false;
        const auto& others = released_[it.waits.back().blocker];
        return std::binary_search(others.begin(), others.end(), request);
    }

    void end(const TraceStep& step) {
        enter(step, "");
        if (busy_.erase(step.thread) != 0) count_busy(step.time_ns);
    }

    static bool has_notice(const TraceRequest& request) {
        return request.delivered != kUnknown && request.published != kUnknown;
    }

    void publish(const TraceStep& step) {
        stage_event("n", step.request, "publish", step);
        const TraceRequest& request = trace_.requests[step.request];
        if (!has_notice(request) || request.published != step.time_ns) return;
        slice("notify " + title_of(trace_, step.request), request.published, request.delivered,
              step.thread, {});
        if (performed_alone(step.request) && request.ended <= request.published) {
            arrow("f", kToNotice, step.request, step.time_ns, step.thread);
        }
    }

    void count_busy(int64_t time_ns) {
        counter("busy workers", "threads", static_cast<int64_t>(busy_.size()), time_ns);
    }

    void leave_queue(const TraceStep& step) {
        counter("queue depth", "requests", --queued_, step.time_ns);
    }

    std::string stage_of(const TraceStep& step) const {
        if (step.state != State::kBlocked || step.other_request == kNobody) {
            return name_of(step.state);
        }
        return "blocked by " + title_of(trace_, step.other_request);
    }

    void show_thread(const TraceStep& step) {
        json::object facts{{"value", step.value}};
        if (step.step == Step::kRing) facts = {{"list", step.other}};
        instant(step, name_of(step.step), facts);
    }

    void show(const TraceStep& step) {
        if (step.request == kNobody || step.step == Step::kHit) {
            return show_thread(step);
        }
        switch (step.step) {
            case Step::kSubmit:
                return submit(step);
            case Step::kAdmit:
            case Step::kWait:
                return enter(step, stage_of(step));
            case Step::kReady:
                return enter(step, "ready");
            case Step::kPark:
                if (busy_.erase(step.thread) != 0) count_busy(step.time_ns);
                counter("queue depth", "requests", ++queued_, step.time_ns);
                return enter(step, "parked");
            case Step::kTake:
                leave_queue(step);
                return enter(step, "taken");
            case Step::kWithdraw:
                leave_queue(step);
                return enter(step, "");
            case Step::kBegin:
                return begin(step);
            case Step::kEnd:
                return end(step);
            case Step::kPublish:
                return publish(step);
            case Step::kRetire:
                return close(step);
            default:
                return stage_event("n", step.request, name_of(step.step), step);
        }
    }

    void close(const TraceStep& step) {
        enter(step, "");
        stage_event("e", step.request, title_of(trace_, step.request), step);
    }

    // Requests that are still on their way where the trace ends.
    void close_all() {
        for (size_t i = 0; i < trace_.requests.size(); ++i) {
            const TraceRequest& request = trace_.requests[i];
            if (request.retired != kUnknown) continue;
            TraceStep last = trace_.steps[request.steps.back()];
            last.time_ns = trace_.end_ns;
            close(last);
        }
    }

    std::ostream& out_;
    const Trace& trace_;
    bool first_ = true;
    std::vector<std::string> stages_;            // of each request: the one that is open
    std::vector<size_t> calls_;                  // for each request, how many were made
    std::vector<std::vector<size_t>> released_;  // by each request, in ascending order
    std::set<size_t> busy_;                      // threads that perform
    int64_t queued_ = 0;
};

}  // namespace

void print_chrome_json(std::ostream& out, const Trace& trace) {
    Printer(out, trace).print();
}

}  // namespace uaio::tools
