// Ratios, tables, tree and picture of a run. Method: made-up samples of two rounds in which the
// machine was twice as slow in the second.
#define BOOST_TEST_MODULE bench_output
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <sstream>
#include <string>

#include "tools/bench/plot.h"
#include "tools/bench/results.h"
#include "tools/bench/results_text.h"
#include "tools/bench/results_tree.h"

namespace uaio::bench {
namespace {

constexpr size_t kColumnsMax = 156;

constexpr Workload kLoop{.name = "loop", .group = Group::kCached, .depth = 1};
constexpr Workload kFew{.name = "few", .group = Group::kOutstanding, .outstanding = 10};
constexpr Workload kMany{.name = "many", .group = Group::kOutstanding, .outstanding = 1000};

Sample loop_sample(double rate, double p99) {
    return {{kRate, rate}, {kP50, 1}, {kP99, p99}, {kP999, 9}, {kProcessor, 2}, {kMemoryMax, 3}};
}

Results sample_run() {
    std::vector<const Peer*> all;
    for (const Peer& peer : peers()) all.push_back(&peer);
    Results results({&kLoop, &kFew, &kMany}, all);
    const Peer& system = *find_peer("system");
    const Peer& uaio = *find_peer("uaio");
    results.add(kLoop, system, loop_sample(1000, 5));
    results.add(kLoop, system, loop_sample(500, 10));
    results.add(kLoop, uaio, loop_sample(3000, 10));
    results.add(kLoop, uaio, loop_sample(1000, 20));
    results.add(kFew, uaio, {{kOutstandingReached, 10}, {kSubmit, 100}});
    results.add(kMany, uaio, {{kOutstandingReached, 1000}, {kSubmit, 150}});
    return results;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

BOOST_AUTO_TEST_CASE(ratios_are_taken_round_by_round) {
    Results results = sample_run();
    Spread ratio = *results.ratios(kLoop, *find_peer("uaio"), kRate);
    BOOST_TEST(ratio.low == 2);
    BOOST_TEST(ratio.median == 2.5);
    BOOST_TEST(ratio.high == 3);
    BOOST_TEST(!results.ratios(kLoop, *find_peer("asio"), kRate));
    BOOST_TEST(!results.values(kLoop, *find_peer("asio"), kRate));
}

// A round that failed leaves an empty sample.
BOOST_AUTO_TEST_CASE(a_round_that_failed_takes_part_in_nothing) {
    Results results({&kLoop}, {find_peer("system"), find_peer("uaio")});
    results.add(kLoop, *find_peer("system"), {});
    results.add(kLoop, *find_peer("system"), loop_sample(10, 1));
    results.add(kLoop, *find_peer("uaio"), loop_sample(50, 1));
    results.add(kLoop, *find_peer("uaio"), loop_sample(20, 1));
    BOOST_TEST(results.ratios(kLoop, *find_peer("uaio"), kRate)->high == 2);
    BOOST_TEST(results.values(kLoop, *find_peer("system"), kRate)->median == 10);
}

BOOST_AUTO_TEST_CASE(tables_say_it_within_the_columns) {
    std::string text = format_results(sample_run());
    BOOST_TEST(has(text, "Data in the cache"));
    BOOST_TEST(has(text, "2.50x ±20%"));
    BOOST_TEST(has(text, "Outstanding requests"));
    BOOST_TEST(!has(text, "To and from the device"));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        size_t columns = 0;
        for (char c : line) columns += (c & 0xc0) != 0x80;
        BOOST_TEST(columns <= kColumnsMax);
    }
}

BOOST_AUTO_TEST_CASE(a_worse_tail_is_named) {
    Results results = sample_run();
    std::string verdict = format_verdict(results, *find_peer("uaio"));
    BOOST_TEST(has(verdict, "is above that of system here:\n  loop"));
    BOOST_TEST(has(verdict, "2.00x"));
    BOOST_TEST(format_verdict(results, *find_peer("system")) == "");
    BOOST_TEST(format_verdict(results, *find_peer("asio")) == "");
}

BOOST_AUTO_TEST_CASE(growth_is_named) {
    std::string growth = format_growth(sample_run());
    BOOST_TEST(has(growth, "with 1000 outstanding against 10: submit 1.50x\n"));
    Results none({&kLoop}, {find_peer("system")});
    BOOST_TEST(format_growth(none) == "");
}

BOOST_AUTO_TEST_CASE(the_tree_holds_every_sample) {
    std::string text = boost::json::serialize(results_tree(sample_run()));
    boost::json::value tree = boost::json::parse(text);
    const auto& uaio = tree.at("workloads").at("loop").at("uaio").as_object();
    BOOST_TEST(uaio.at("samples").as_array().size() == 2u);
    BOOST_TEST(uaio.at("samples").at(1).at(kRate).to_number<double>() == 1000);
    BOOST_TEST(uaio.at("median").at(kRate).to_number<double>() == 2000);
    BOOST_TEST(uaio.at("ratio").at(kRate).at("high").to_number<double>() == 3);
    BOOST_TEST(tree.at("peers").as_array().size() == peers().size());
}

BOOST_AUTO_TEST_CASE(the_picture_has_a_bar_for_each_peer) {
    std::string script = plot_script(sample_run(), "it's.svg");
    BOOST_TEST(has(script, "set output 'it''s.svg'\n"));
    BOOST_TEST(has(script, "\nloop 750.000000 2000.000000 NaN"));
    BOOST_TEST(has(script, "set title 'Data in the cache'\n"));
    BOOST_TEST(!has(script, "\nmany"));
    BOOST_TEST(has(script, "title 'uaio' "));
    BOOST_TEST(!has(script, "title 'asio' "));  // it has no samples
    Results none({&kMany}, {find_peer("system")});
    BOOST_TEST(plot_script(none, "x.svg") == "");
}

}  // namespace
}  // namespace uaio::bench
