// `uaio trace` from the inside: a trace that this program has recorded of its own requests, what is
// made of it, and what is made of it when it has been spoilt. Method: requests of every kind
// through <aio.h>; the JSON is checked by the rules of its format; then bytes are changed at random
// (UAIO_TEST_SEED), and nothing may crash, nor the JSON be none.
#define BOOST_TEST_MODULE trace
#include <aio.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <sstream>

#include "tests/support/request.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "tests/support/seed.h"
#include "tools/uaio/failure.h"
#include "tools/uaio/trace_file.h"
#include "tools/uaio/trace_json.h"
#include "tools/uaio/trace_summary.h"

namespace uaio::tools {
namespace {

namespace json = boost::json;

using test::Request;
using test::require;
using test::ScratchFile;

constexpr int kRounds = 8;

std::string path_of(const char* name) {
    return test::scratch_folder() + "/uaio-trace-" + name + std::to_string(getpid());
}

// A write with a callback, two that conflict with it, reads side by side, a sync, and a list.
void make_requests(int fd) {
    Request first(fd, std::string(8192, 'a'), 0);
    first.block().aio_sigevent = {};
    first.block().aio_sigevent.sigev_notify = SIGEV_THREAD;
    first.block().aio_sigevent.sigev_notify_function = [](sigval) {};
    first.write();
    Request second(fd, std::string(4096, 'b'), 4096);
    second.write();
    Request third(fd, 4096, 4096);
    third.read();
    Request sync(fd, std::string_view());
    sync.sync(O_SYNC);
    Request one(fd, 512, 0);
    Request other(fd, 512, 512);
    one.block().aio_lio_opcode = other.block().aio_lio_opcode = LIO_READ;
    aiocb* list[] = {&one.block(), &other.block()};
    lio_listio(LIO_NOWAIT, list, 2, nullptr);
    for (Request* each : {&first, &second, &third, &sync, &one, &other}) each->finish();
}

void use_a_pipe() {
    int ends[2];
    require(pipe(ends) == 0, "make a pipe");
    Request read(ends[0], 4);
    read.read();
    Request write(ends[1], "data");
    write.write();
    write.finish();
    read.finish();
    close(ends[0]);
    close(ends[1]);
}

// The second one is admitted while the first one waits, whatever the workers do.
void write_twice(int fd) {
    Request first(fd, "data");
    Request second(fd, "data");
    first.block().aio_lio_opcode = second.block().aio_lio_opcode = LIO_WRITE;
    aiocb* list[] = {&first.block(), &second.block()};
    lio_listio(LIO_WAIT, list, 2, nullptr);
}

// Words of 8 bytes, so that it is aligned.
using Words = std::vector<uint64_t>;

std::span<const uint8_t> bytes_of(const Words& words) {
    return {reinterpret_cast<const uint8_t*>(words.data()), words.size() * sizeof words[0]};
}

Words contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    Words words(text.size() / sizeof(uint64_t));
    std::copy_n(text.data(), words.size() * sizeof words[0], reinterpret_cast<char*>(words.data()));
    return words;
}

// The used part of the trace of all of this, recorded once.
const Words& recorded() {
    static const Words words = [] {
        std::string path = path_of("own");
        setenv("UAIO_TRACE", path.c_str(), 1);
        setenv("UAIO_EXPRESS", "0", 1);
        ScratchFile file(std::string(16384, '.'));
        for (int i = 0; i < kRounds; ++i) make_requests(file.fd());
        use_a_pipe();
        write_twice(file.fd());
        auto left = [&] {
            Trace trace = read_trace(path);
            return std::any_of(trace.requests.begin(), trace.requests.end(),
                               [](const TraceRequest& it) { return it.retired == kUnknown; });
        };
        while (left()) sched_yield();
        Words all = contents(path);
        unlink(path.c_str());
        uint32_t used = reinterpret_cast<const TraceHeader*>(all.data())->chunks_used;
        all.resize(used * kTraceChunkBytes / sizeof all[0]);
        return all;
    }();
    return words;
}

Trace own_trace() {
    return parse_trace(bytes_of(recorded()), "own");
}

std::string json_of(const Trace& trace) {
    std::ostringstream out;
    print_chrome_json(out, trace);
    return out.str();
}

json::array events_of(const std::string& text) {
    return json::parse(text).as_object().at("traceEvents").as_array();
}

std::string text(const json::object& event, const char* key) {
    const json::value* value = event.if_contains(key);
    if (value == nullptr) return {};
    return value->is_string() ? std::string(value->as_string()) : json::serialize(*value);
}

double number(const json::object& event, const char* key) {
    return event.at(key).to_number<double>();
}

BOOST_AUTO_TEST_CASE(all_requests_are_found) {
    Trace trace = own_trace();
    BOOST_TEST(trace.requests.size() == 6u * kRounds + 4);
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
    BOOST_TEST(in_lists == 2u * kRounds + 2);
    BOOST_TEST(notified == size_t{kRounds});
}

// Asynchronous events nest, by category and id: each end closes what was begun last.
bool nest(const json::array& events) {
    std::map<std::string, std::vector<std::string>> open;
    for (const json::value& value : events) {
        const json::object& event = value.as_object();
        std::string phase = text(event, "ph");
        if (phase != "b" && phase != "e" && phase != "n") continue;
        auto& names = open[text(event, "cat") + "/" + text(event, "id")];
        if (phase == "b") {
            names.push_back(text(event, "name"));
            continue;
        }
        if (names.empty()) return false;
        if (phase == "n") continue;
        if (names.back() != text(event, "name")) return false;
        names.pop_back();
    }
    return std::all_of(open.begin(), open.end(), [](const auto& id) { return id.second.empty(); });
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

// --- what is no trace, and what is not as it was ----------------------------------------------

void is_refused(const Words& words, const std::string& why) {
    BOOST_CHECK_EXCEPTION(parse_trace(bytes_of(words), "name"), Failure, [&](const Failure& it) {
        std::string what = it.what();
        BOOST_TEST(what.find("name: ") == 0u);
        BOOST_TEST(what.find(why) != std::string::npos, what);
        return it.status() == kExitFailure && what.find('\n') == std::string::npos;
    });
}

TraceHeader& header_of(Words& words) {
    return *reinterpret_cast<TraceHeader*>(words.data());
}

BOOST_AUTO_TEST_CASE(what_is_no_trace_is_refused_in_one_line) {
    is_refused({}, "is empty");
    is_refused(Words(1024, 0), "is no trace");
    Words words = recorded();
    header_of(words).version = kTraceVersion + 1;
    is_refused(words, "newer uaio");
    words = recorded();
    header_of(words).byte_order = __builtin_bswap32(kTraceByteOrder);
    is_refused(words, "byte order");
    words = recorded();
    header_of(words).record_bytes = 48;
    is_refused(words, "damaged header");
    words = recorded();
    words.resize(100);
    is_refused(words, "cut short");
    words = recorded();
    words.pop_back();
    is_refused(words, "cut short");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_named) {
    std::string path = path_of("none");
    for (const std::string& each : {path, std::string("/")}) {
        BOOST_CHECK_EXCEPTION(read_trace(each), Failure, [&](const Failure& it) {
            return std::string(it.what()).find(each + ": ") == 0;
        });
    }
}

// A file that holds more than was used (as it is recorded) and one that does not are the same.
BOOST_AUTO_TEST_CASE(what_was_not_used_may_be_cut_off) {
    Words longer = recorded();
    longer.resize(longer.size() + 4 * kTraceChunkBytes / sizeof longer[0]);
    BOOST_TEST(json_of(parse_trace(bytes_of(longer), "longer")) == json_of(own_trace()));
}

// The thread that was to write the record was killed in between.
BOOST_AUTO_TEST_CASE(a_record_that_is_missing_leaves_the_others) {
    Words words = recorded();
    auto* chunks = reinterpret_cast<TraceChunk*>(words.data());
    for (TraceRecord& record : chunks[1].records) record.step = 0;
    Trace trace = parse_trace(bytes_of(words), "name");
    BOOST_TEST(trace.steps.size() < own_trace().steps.size());
    BOOST_TEST(nest(events_of(json_of(trace))));
}

BOOST_AUTO_TEST_CASE(steps_that_cannot_be_are_counted_and_left_out) {
    Words words = recorded();
    auto* chunks = reinterpret_cast<TraceChunk*>(words.data());
    TraceRecord& record = chunks[1].records[0];
    record.step = static_cast<uint8_t>(Step::kCount);
    BOOST_TEST(parse_trace(bytes_of(words), "name").damaged == 1u);
    record.step = static_cast<uint8_t>(Step::kSubmit);
    record.time_ns = INT64_MAX;
    BOOST_TEST(parse_trace(bytes_of(words), "name").damaged == 1u);
    record.time_ns = header_of(words).start_ns;
    record.kind = 200;
    BOOST_TEST(parse_trace(bytes_of(words), "name").damaged == 1u);
}

void survive(const Words& words) {
    std::unique_ptr<Trace> trace;
    try {
        trace = std::make_unique<Trace>(parse_trace(bytes_of(words), "name"));
    } catch (const Failure&) {
        return;
    }
    std::ostringstream summary;
    print_summary(summary, *trace);
    BOOST_TEST(nest(events_of(json_of(*trace))));
}

BOOST_AUTO_TEST_CASE(changed_bytes_crash_nobody) {
    constexpr int kTimes = 100;
    std::mt19937_64 random(test::announced_seed(20261121));
    for (int i = 0; i < kTimes; ++i) {
        Words words = recorded();
        auto* bytes = reinterpret_cast<uint8_t*>(words.data());
        size_t size = words.size() * sizeof words[0];
        for (size_t left = random() % 64; left > 0; --left) {
            // Half of them behind the header.
            size_t at = left % 2 == 0 ? random() % size : kTraceChunkBytes + random() % 4096;
            bytes[at % size] = static_cast<uint8_t>(random());
        }
        survive(words);
    }
}

}  // namespace
}  // namespace uaio::tools
