#include "tools/uaio/trace_page.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <numeric>
#include <string_view>

#include "tools/uaio/trace_bytes.h"
#include "tools/uaio/trace_summary.h"
#include "tools/uaio/viewer_page.h"

namespace uaio::tools {
namespace {

namespace json = boost::json;

constexpr size_t kSlowest = 20;

// Those that took longest, and why.
json::array slowest(const Trace& trace) {
    std::vector<int64_t> times;
    for (const TraceRequest& each : trace.requests) {
        times.push_back(stage_times(trace, each).total_ns);
    }
    std::vector<size_t> order(times.size());
    std::iota(order.begin(), order.end(), size_t{0});
    size_t shown = std::min(kSlowest, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<ptrdiff_t>(shown), order.end(),
                      [&](size_t one, size_t other) { return times[one] > times[other]; });
    json::array list;
    for (size_t i = 0; i < shown; ++i) {
        list.push_back({{"request", order[i]}, {"why", why_slow(trace, order[i])}});
    }
    return list;
}

// With the time from which on a thread is known, and that of its end, if it is known.
json::array threads(const Trace& trace) {
    std::vector<int64_t> begins(trace.threads.size(), trace.end_ns);
    std::vector<int64_t> ends(trace.threads.size(), trace.end_ns);
    for (const TraceStep& step : trace.steps) {
        begins[step.thread] = std::min(begins[step.thread], step.time_ns);
        if (step.step == Step::kExit) ends[step.thread] = step.time_ns;
    }
    json::array list;
    for (size_t i = 0; i < trace.threads.size(); ++i) {
        const TraceThread& each = trace.threads[i];
        list.push_back({{"name", each.name},
                        {"worker", each.performs && !each.submits},
                        {"begin_ns", begins[i]},
                        {"end_ns", ends[i]}});
    }
    return list;
}

// Of all requests.
size_t step_count(const Trace& trace) {
    size_t count = 0;
    for (const TraceRequest& each : trace.requests) count += each.steps.size();
    return count;
}

// The words for the numbers of an enumeration, up to `last`.
template <typename Enum>
json::array names(Enum last) {
    json::array list;
    for (size_t i = 0; i <= static_cast<size_t>(last); ++i) {
        list.emplace_back(name_of(static_cast<Enum>(i)));
    }
    return list;
}

json::object facts(const Trace& trace) {
    return {{"program", trace.program},
            {"pid", trace.pid},
            {"end_ns", trace.end_ns},
            {"dropped", trace.dropped},
            {"left_out", trace.damaged + trace.unplaced},
            {"requests", trace.requests.size()},
            {"step_count", step_count(trace)},
            {"threads", threads(trace)},
            {"slowest", slowest(trace)},
            {"steps", names(Step::kExit)},
            {"kinds", names(Kind::kFileSync)},
            {"states", names(State::kPublished)}};
}

// For a place where markup ends the text: a program may have any name.
std::string without_markup(const std::string& text) {
    std::string result;
    for (char letter : text) {
        if (letter == '<') {
            result += "\\u003c";
        } else {
            result += letter;
        }
    }
    return result;
}

}  // namespace

void print_page(std::ostream& out, const Trace& trace) {
    constexpr std::string_view kFacts = "@facts@";
    constexpr std::string_view kBytes = "@bytes@";
    std::string_view page = viewer_page();
    size_t facts_at = page.find(kFacts);
    size_t bytes_at = page.find(kBytes);
    out << page.substr(0, facts_at) << without_markup(json::serialize(facts(trace)));
    facts_at += kFacts.size();
    out << page.substr(facts_at, bytes_at - facts_at) << base64(trace_bytes(trace))
        << page.substr(bytes_at + kBytes.size());
}

}  // namespace uaio::tools
