// `uaio trace` from the inside: what it makes of a file that is no trace, and of a trace that is
// not as it was. Method: bytes of a good one are changed, at last at random (UAIO_TEST_SEED);
// nothing may crash, nor the JSON be none.
#define BOOST_TEST_MODULE spoilt_trace
#include <boost/test/unit_test.hpp>

#include <memory>
#include <random>
#include <sstream>
#include <string>

#include "tests/support/scratch_file.h"
#include "tests/support/seed.h"
#include "tests/tools/chrome_events.h"
#include "tests/tools/own_trace.h"
#include "tools/uaio/failure.h"
#include "tools/uaio/trace_file.h"
#include "tools/uaio/trace_summary.h"

namespace uaio::tools {
namespace {

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
    std::string path = test::scratch_folder() + "/none";
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
