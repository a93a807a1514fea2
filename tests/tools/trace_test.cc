// `uaio trace` from the inside: a trace that this program has recorded of its own requests, and
// what is made of it. Method: requests of every kind through <aio.h>; the JSON is checked by the
// rules of its format.
#define BOOST_TEST_MODULE trace
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/tools/chrome_events.h"
#include "tests/tools/own_trace.h"
#include "tools/uaio/trace_file.h"
#include "tools/uaio/trace_summary.h"

namespace uaio::tools {
namespace {

namespace json = boost::json;

BOOST_AUTO_TEST_CASE(all_requests_are_found) {
    Trace trace = own_trace();
    BOOST_TEST(trace.requests.size() == kOwnRequests);
    BOOST_TEST(trace.damaged == 0u);
    BOOST_TEST(trace.unplaced == 0u);
    BOOST_TEST(trace.dropped == 0u);
    BOOST_TEST(trace.pid == getpid());
    size_t in_lists = 0;
    size_t notified = 0;
    for (const TraceRequest& request : trace.requests) {
        in_lists += request.list != kNoNumber;
        notified += request.delivered != kUnknown;
        BOOST_TEST(!request.outstanding());
        BOOST_TEST(request.value >= 0);
    }
    BOOST_TEST(in_lists == kOwnListed);
    BOOST_TEST(notified == kOwnCallbacks);
}

struct Slice {
    double begin;
    double end;
};

std::map<std::string, std::vector<Slice>> slices_by_thread(const json::array& events) {
    std::map<std::string, std::vector<Slice>> slices;
    for (const json::value& value : events) {
        const json::object& event = value.as_object();
        if (text(event, "ph") != "X") continue;
        double begin = number(event, "ts");
        slices[text(event, "tid")].push_back({begin, begin + number(event, "dur")});
    }
    return slices;
}

BOOST_AUTO_TEST_CASE(asynchronous_events_nest) {
    BOOST_TEST(nest(events_of(json_of(own_trace()))));
}

BOOST_AUTO_TEST_CASE(times_never_go_back) {
    double last = 0;
    for (const json::value& value : events_of(json_of(own_trace()))) {
        double time = number(value.as_object(), "ts");
        BOOST_TEST(time >= last);
        last = time;
    }
}

BOOST_AUTO_TEST_CASE(the_calls_of_a_thread_do_not_overlap) {
    constexpr double kRounding = 0.002;
    Trace trace = own_trace();
    std::set<std::string> submitters;
    for (size_t i = 0; i < trace.threads.size(); ++i) {
        const TraceThread& thread = trace.threads[i];
        size_t track = thread.number != 0 ? thread.number : i + 1;
        if (thread.submits) submitters.insert(std::to_string(track));
    }
    size_t checked = 0;
    for (const auto& [thread, slices] : slices_by_thread(events_of(json_of(trace)))) {
        if (submitters.count(thread) != 0) continue;
        for (size_t i = 1; i < slices.size(); ++i, ++checked) {
            BOOST_TEST(slices[i].begin >= slices[i - 1].end - kRounding);
        }
    }
    BOOST_TEST(checked > 0u);
}

// An arrow begins and ends once, forwards, and within slices of its threads.
BOOST_AUTO_TEST_CASE(arrows_are_paired_and_bound) {
    json::array events = events_of(json_of(own_trace()));
    auto slices = slices_by_thread(events);
    std::map<std::string, double> begun;
    std::set<std::string> kinds;
    for (const json::value& value : events) {
        const json::object& event = value.as_object();
        std::string phase = text(event, "ph");
        if (phase != "s" && phase != "f") continue;
        double time = number(event, "ts");
        std::string id = text(event, "cat") + "/" + text(event, "id");
        kinds.insert(text(event, "cat"));
        const auto& those = slices[text(event, "tid")];
        BOOST_TEST(std::any_of(those.begin(), those.end(), [&](const Slice& slice) {
            return slice.begin <= time && time <= slice.end;
        }));
        if (phase == "s") {
            BOOST_TEST(begun.emplace(id, time).second);
            continue;
        }
        BOOST_TEST(text(event, "bp") == "e");
        BOOST_TEST_REQUIRE(begun.count(id) == 1u);
        BOOST_TEST(begun[id] <= time);
        begun.erase(id);
    }
    BOOST_TEST(begun.empty());
    BOOST_TEST(kinds == (std::set<std::string>{"notify", "release", "submit"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(counters_end_where_they_began) {
    std::map<std::string, double> values;
    for (const json::value& value : events_of(json_of(own_trace()))) {
        const json::object& event = value.as_object();
        if (text(event, "ph") != "C") continue;
        double now = event.at("args").as_object().begin()->value().to_number<double>();
        BOOST_TEST(now >= 0);
        values[text(event, "name")] = now;
    }
    BOOST_TEST(values.size() == 2u);
    for (const auto& [name, last] : values) BOOST_TEST(last == 0, name);
}

BOOST_AUTO_TEST_CASE(the_summary_has_stages_and_reasons) {
    std::ostringstream out;
    print_summary(out, own_trace());
    std::string text = out.str();
    for (const char* part : {"52 requests", "p50", "p99", "queued", "waiting for its lane",
                             "performing", "notifying", "The slowest:", ", descriptor "}) {
        BOOST_TEST(text.find(part) != std::string::npos, part << " in\n" << text);
    }
}

BOOST_AUTO_TEST_CASE(the_parts_of_a_time_fit_into_the_whole) {
    Trace trace = own_trace();
    for (const TraceRequest& request : trace.requests) {
        StageTimes times = stage_times(trace, request);
        BOOST_TEST(times.queued_ns + times.lane_ns + times.stream_ns + times.performing_ns +
                       times.notifying_ns <=
                   times.total_ns);
        BOOST_TEST(times.performing_ns > 0);
    }
}

}  // namespace
}  // namespace uaio::tools
