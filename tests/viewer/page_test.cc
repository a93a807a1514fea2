// What the page of a trace holds. Goal: the bytes tell all of the trace, whatever is in it; nothing
// of it is taken for markup; and the page loads nothing. Method: traces of random numbers
// (UAIO_TEST_SEED), read again as tools/uaio/trace_bytes.h says.
#define BOOST_TEST_MODULE page
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/seed.h"
#include "tools/uaio/trace_bytes.h"
#include "tools/uaio/trace_file.h"
#include "tools/uaio/trace_page.h"

namespace uaio::tools {
namespace {

namespace json = boost::json;

constexpr int kTraces = 50;
constexpr size_t kRequestsMax = 40;
constexpr size_t kThreads = 3;
constexpr int kBitsMax = 60;  // of a number; trace_file.h leaves out what is greater

class Numbers {
  public:
    explicit Numbers(const std::vector<uint8_t>& bytes) : bytes_(bytes) {}

    uint64_t next() {
        uint64_t value = 0;
        for (int shift = 0;; shift += 7) {
            uint8_t byte = bytes_.at(at_++);
            value |= uint64_t{byte & 0x7fu} << shift;
            if (byte < 0x80) return value;
        }
    }

    int64_t next_signed() {
        uint64_t value = next();
        return value % 2 == 0 ? static_cast<int64_t>(value / 2)
                              : -static_cast<int64_t>(value / 2) - 1;
    }

    bool at_end() const { return at_ == bytes_.size(); }

  private:
    const std::vector<uint8_t>& bytes_;
    size_t at_ = 0;
};

class Maker {
  public:
    explicit Maker(uint64_t seed) : random_(seed) {}

    // Its times go up, and each request has its steps; apart from that it makes no sense.
    Trace trace() {
        Trace trace{};
        trace.program = "</script><!--";
        for (size_t i = 0; i < kThreads; ++i) trace.threads.push_back({0, true, false, "worker"});
        size_t requests = below(kRequestsMax + 1);
        for (size_t i = 0; i < requests; ++i) {
            TraceRequest request{};
            request.kind = static_cast<Kind>(below(4));
            request.priority = static_cast<int8_t>(some());
            request.fd = static_cast<int>(some());
            request.offset = some();
            request.list = below(2) == 0 ? kNoNumber : static_cast<uint32_t>(below(9));
            size_t first = trace.steps.size();
            for (size_t steps = 1 + below(9); steps > 0; --steps) add_step(trace, i);
            request.submitted = trace.steps[first].time_ns;
            for (size_t s = first; s < trace.steps.size(); ++s) request.steps.push_back(s);
            trace.requests.push_back(request);
        }
        trace.end_ns = time_ns_;
        return trace;
    }

  private:
    void add_step(Trace& trace, size_t request) {
        time_ns_ += static_cast<int64_t>(below(100'000));
        TraceStep step{};
        step.time_ns = time_ns_;
        step.step = static_cast<Step>(1 + below(static_cast<size_t>(Step::kRetire)));
        step.state = static_cast<State>(below(static_cast<size_t>(State::kPublished) + 1));
        step.value = some();
        step.thread = below(kThreads);
        step.request = request;
        size_t other = below(kRequestsMax);
        step.other_request = other == request ? kNobody : other;
        trace.steps.push_back(step);
    }

    size_t below(size_t limit) { return random_() % limit; }

    // Of any size and sign.
    int64_t some() {
        auto value = static_cast<int64_t>(random_() >> (64 - kBitsMax + below(kBitsMax)));
        return below(2) == 0 ? value : -value;
    }

    std::mt19937_64 random_;
    int64_t time_ns_ = 0;
};

std::string page_of(const Trace& trace) {
    std::ostringstream out;
    print_page(out, trace);
    return out.str();
}

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
    size_t at = text.find(begin);
    BOOST_REQUIRE(at != std::string::npos);
    at += begin.size();
    return text.substr(at, text.find(end, at) - at);
}

size_t count(const std::string& text, const std::string& what) {
    size_t found = 0;
    for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
        ++found;
    }
    return found;
}

void check_step(Numbers& numbers, const TraceStep& step, int64_t& before_ns) {
    BOOST_TEST(numbers.next() == static_cast<uint64_t>(step.step));
    before_ns += static_cast<int64_t>(numbers.next());
    BOOST_TEST(before_ns == step.time_ns);
    BOOST_TEST(numbers.next() == step.thread);
    BOOST_TEST(numbers.next() == static_cast<uint64_t>(step.state));
    BOOST_TEST(numbers.next_signed() == step.value);
    int64_t away = numbers.next_signed();
    size_t other = away == 0 ? kNobody : step.request - static_cast<size_t>(away);
    BOOST_TEST(other == step.other_request);
}

void check_bytes(const Trace& trace) {
    std::vector<uint8_t> bytes = trace_bytes(trace);
    Numbers numbers(bytes);
    int64_t submitted_ns = 0;
    for (const TraceRequest& request : trace.requests) {
        BOOST_TEST(numbers.next() == static_cast<uint64_t>(request.kind));
        BOOST_TEST(numbers.next_signed() == request.priority);
        BOOST_TEST(numbers.next_signed() == request.fd);
        BOOST_TEST(numbers.next_signed() == request.offset);
        uint64_t list = numbers.next();
        BOOST_TEST((list == 0 ? kNoNumber : list - 1) == request.list);
        BOOST_TEST(numbers.next() == request.steps.size());
        int64_t before_ns = submitted_ns;
        for (size_t step : request.steps) check_step(numbers, trace.steps[step], before_ns);
        submitted_ns = request.submitted;
    }
    BOOST_TEST(numbers.at_end());
}

BOOST_AUTO_TEST_CASE(bytes_tell_all_of_the_trace) {
    uint64_t seed = test::announced_seed(1);
    for (int i = 0; i < kTraces; ++i) check_bytes(Maker(seed + i).trace());
}

BOOST_AUTO_TEST_CASE(base64_is_that_of_the_standard) {
    auto of = [](const std::string& text) {
        return base64(std::vector<uint8_t>(text.begin(), text.end()));
    };
    BOOST_TEST(of("") == "");
    BOOST_TEST(of("f") == "Zg==");
    BOOST_TEST(of("fo") == "Zm8=");
    BOOST_TEST(of("foo") == "Zm9v");
    BOOST_TEST(of("foob") == "Zm9vYg==");
    BOOST_TEST(of("\xff\xfe\xfd") == "//79");
}

BOOST_AUTO_TEST_CASE(page_holds_facts_and_bytes) {
    Trace trace = Maker(test::announced_seed(1)).trace();
    std::string page = page_of(trace);
    std::string facts =
        between(page, "<script id=\"facts\" type=\"application/json\">", "</script>");
    json::object read = json::parse(facts).as_object();
    BOOST_TEST(read.at("program").as_string() == trace.program);
    BOOST_TEST(read.at("requests").to_number<size_t>() == trace.requests.size());
    BOOST_TEST(read.at("step_count").to_number<size_t>() == trace.steps.size());
    BOOST_TEST(read.at("threads").as_array().size() == trace.threads.size());
    BOOST_TEST(read.at("end_ns").to_number<int64_t>() == trace.end_ns);
    BOOST_TEST(between(page, "<script id=\"bytes\" type=\"text/plain\">", "</script>") ==
               base64(trace_bytes(trace)));
}

// What a trace says never changes the structure of the page, and the page names nothing to load.
BOOST_AUTO_TEST_CASE(page_stands_alone) {
    Trace trace = Maker(test::announced_seed(1)).trace();
    std::string page = page_of(trace);
    trace.program = "fio";
    std::string other = page_of(trace);
    BOOST_TEST(count(page, "<") == count(other, "<"));
    for (const char* reference : {"http:", "https:", " src=", " href=", "import(", "@facts@"}) {
        BOOST_TEST(count(page, reference) == 0u, reference);
    }
}

}  // namespace
}  // namespace uaio::tools
