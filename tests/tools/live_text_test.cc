// The pages of `uaio top` and `uaio dump`. Method: looks made by hand, and the lines and members
// that come of them.
#define BOOST_TEST_MODULE live_text
#include "tools/uaio/live_text.h"

#include <unistd.h>

#include <sstream>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include "threadpool/base/clock.h"

namespace uaio::tools {
namespace {

namespace json = boost::json;

LiveRequest request(uint32_t number, State state) {
    return {.number = number,
            .fd = 5,
            .kind = Kind::kRead,
            .priority = 0,
            .offset = 4096,
            .bytes = 512,
            .state = state,
            .blocker = std::nullopt,
            .age_ns = 1'250'000'000};
}

void count(Live& live, Counter counter, uint64_t value) {
    live.counters.values[static_cast<size_t>(counter)] = value;
}

// Two looks, two seconds apart.
struct Looks {
    Looks() {
        now.time_ns = 2 * kNsPerSecond;
        count(before, Counter::kSubmittedReads, 10);
        count(now, Counter::kSubmittedReads, 1010);
        count(now, Counter::kPerformedReads, 1005);
        count(now, Counter::kExpressHits, 400);
        count(now, Counter::kBytesRead, 4096);
        count(now, Counter::kWorkersStarted, 3);
        now.counters.outstanding_max = 7;
        now.counters.workers_max = 4;
        now.requests = LiveRequests{.list = {request(17, State::kParked)}, .workers = 3, .busy = 1};
    }

    Live before = {};
    Live now = {};
};

BOOST_FIXTURE_TEST_CASE(the_page_has_rates_and_totals, Looks) {
    now.requests->list.push_back(request(1, State::kReady));
    now.requests->list.push_back(request(2, State::kPosted));
    now.requests->list.push_back(request(3, State::kRunning));
    now.requests->list.push_back(request(4, State::kHeld));
    std::vector<std::string> lines = top_lines("fio, process 12", &before, now);
    std::vector<std::string> wanted = {
        "fio, process 12: 5 outstanding (most 7)",
        "requests  2 queued, 1 performing, 1 held by others, 1 held by streams",
        "workers   1 busy, 2 idle (most 4)",
        "express   200 hits/s, 0 misses/s",
        "bytes     2.0 KiB/s read, 0 B/s written",
        "oldest    1.250000 s: #17 read of 512 bytes at 4096, descriptor 5, waits for its stream",
        "",
        "                         per second          total",
        "reads submitted                 500           1010",
        "express hits                    200            400",
        "reads performed                 503           1005",
        "bytes read                     2048           4096",
        "workers started                   2              3",
    };
    BOOST_TEST(lines == wanted, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(before_a_second_look_there_are_no_rates, Looks) {
    std::vector<std::string> lines = top_lines("fio, process 12", nullptr, now);
    BOOST_TEST(lines[3] == "express   -");
    BOOST_TEST(lines[4] == "bytes     -");
    BOOST_TEST(lines[8] == "reads submitted                   -           1010");
}

BOOST_FIXTURE_TEST_CASE(without_requests_there_are_the_counters, Looks) {
    now.requests.reset();
    now.unreadable = "its memory: Permission denied";
    std::vector<std::string> lines = top_lines("fio, process 12", &before, now);
    BOOST_TEST(lines[0] == "fio, process 12: 5 outstanding (most 7)");
    BOOST_TEST(lines[1] == "requests  not readable: its memory: Permission denied");
    BOOST_TEST(lines[2] == "workers   3 (most 4)");
    BOOST_TEST(lines[5] == "oldest    -");
}

// Another program, or one that writes what it likes.
BOOST_FIXTURE_TEST_CASE(a_counter_that_goes_back_has_no_rate, Looks) {
    std::vector<std::string> lines = top_lines("fio, process 12", &now, before);
    BOOST_TEST(lines[8] == "reads submitted                   0             10");
    before.time_ns = now.time_ns;
    lines = top_lines("fio, process 12", &before, now);
    BOOST_TEST(lines[8] == "reads submitted                   0           1010");
}

json::object printed(const Report& report) {
    std::ostringstream out;
    print_json(out, report);
    return json::parse(out.str()).as_object();
}

BOOST_FIXTURE_TEST_CASE(the_object_has_the_same, Looks) {
    Process self(getpid());
    json::object top = printed(top_report(self, before, now));
    BOOST_TEST(top["process"].at("pid").as_int64() == getpid());
    BOOST_TEST(top["process"].at("program").as_string() == self.name());
    BOOST_TEST(top["interval"].at("seconds").as_double() == 2);
    BOOST_TEST(top["requests"].at("outstanding").as_int64() == 1);
    BOOST_TEST(top["requests"].at("held_by_streams").as_int64() == 1);
    BOOST_TEST(top["requests"].at("readable").at("supported").as_bool());
    BOOST_TEST(top["workers"].at("busy").as_int64() == 1);
    BOOST_TEST(top["workers"].at("idle").as_int64() == 2);
    BOOST_TEST(top["oldest"].at("number").as_int64() == 17);
    BOOST_TEST(top["oldest"].at("waits_for").as_string() == "its stream");
    BOOST_TEST(top["oldest"].at("age_ns").as_int64() == 1'250'000'000);
    BOOST_TEST(top["per_second"].at("reads_submitted").as_double() == 500);
    BOOST_TEST(top["per_second"].as_object().size() == kCounters);
    BOOST_TEST(top["total"].at("reads_submitted").as_int64() == 1010);
    BOOST_TEST(top["total"].at("wake_ups").as_int64() == 0);
    now.requests.reset();
    now.unreadable = "why";
    top = printed(top_report(self, before, now));
    BOOST_TEST(top["requests"].at("readable").at("reason").as_string() == "why");
    BOOST_TEST(top["requests"].at("outstanding").as_int64() == 5);
    BOOST_TEST(top["workers"].at("alive").as_int64() == 3);
    BOOST_TEST(top["oldest"].as_object().empty());
}

BOOST_AUTO_TEST_CASE(the_table_has_a_line_for_each_request) {
    LiveRequests requests{.list = {request(100, State::kBlocked), request(7, State::kBarred)}};
    requests.list[0].blocker = 7;
    requests.list[1].kind = Kind::kFileSync;
    requests.list[1].offset = std::nullopt;
    requests.list[1].age_ns = std::nullopt;
    std::vector<std::string> wanted = {
        "fio, process 12: 2 outstanding",
        "number  fd  kind  offset  bytes  priority         age  state    waits for",
        "   100   5  read    4096    512         0  1.250000 s  blocked  request #7",
        "     7   5  sync       -      -         0           -  barred   the writes before it",
    };
    BOOST_TEST(dump_lines("fio, process 12", requests) == wanted, boost::test_tools::per_element());
    requests = {.list = {}, .partial = true};
    BOOST_TEST(dump_lines("fio, process 12", requests).size() == 1u);
    BOOST_TEST(dump_lines("fio, process 12", requests)[0] ==
               "fio, process 12: 0 outstanding among the records looked at");
}

}  // namespace
}  // namespace uaio::tools
