// Medians, spreads and percentiles. Method: small samples whose answers are known.
#define BOOST_TEST_MODULE bench_numbers
#include <boost/test/unit_test.hpp>

#include "tools/bench/histogram.h"
#include "tools/bench/spread.h"
#include "tools/bench/usage.h"

namespace uaio::bench {
namespace {

constexpr double kTolerance = 0.016;  // what histogram.h promises

BOOST_AUTO_TEST_CASE(the_median_of_an_odd_number_is_one_of_them) {
    Spread spread = spread_of({9, 1, 4});
    BOOST_TEST(spread.median == 4);
    BOOST_TEST(spread.low == 1);
    BOOST_TEST(spread.high == 9);
    BOOST_TEST(spread.relative() == 1);
}

BOOST_AUTO_TEST_CASE(the_median_of_an_even_number_lies_between_two) {
    BOOST_TEST(spread_of({8, 2, 4, 6}).median == 5);
    BOOST_TEST(spread_of({7}).median == 7);
    BOOST_TEST(spread_of({7}).relative() == 0);
    BOOST_TEST(spread_of({0, 0}).relative() == 0);
}

BOOST_AUTO_TEST_CASE(quantiles_are_right_to_the_tolerance_at_every_size) {
    for (uint64_t scale = 1; scale < uint64_t{1} << 40; scale *= 7) {
        Histogram histogram;
        for (uint64_t i = 1; i <= 1000; ++i) histogram.add(i * scale);
        for (double part : {0.001, 0.5, 0.99, 0.999, 1.0}) {
            double expected = part * 1000 * static_cast<double>(scale);
            BOOST_TEST(histogram.quantile(part) == expected,
                       boost::test_tools::tolerance(kTolerance));
        }
    }
}

BOOST_AUTO_TEST_CASE(small_values_are_exact_and_the_largest_fits) {
    Histogram histogram;
    for (uint64_t i = 0; i < 128; ++i) histogram.add(i);
    BOOST_TEST(histogram.quantile(0) == 0);
    BOOST_TEST(histogram.quantile(0.5) == 63);
    BOOST_TEST(histogram.quantile(1) == 127);
    histogram.add(UINT64_MAX);
    BOOST_TEST(histogram.quantile(1) == static_cast<double>(UINT64_MAX),
               boost::test_tools::tolerance(kTolerance));
}

BOOST_AUTO_TEST_CASE(merging_adds_up) {
    Histogram all;
    BOOST_TEST(all.quantile(0.5) == 0);
    for (uint64_t value : {1u, 2u, 3u}) {
        Histogram one;
        one.add(value);
        all.merge(one);
    }
    BOOST_TEST(all.count() == 3u);
    BOOST_TEST(all.quantile(0.5) == 2);
}

BOOST_AUTO_TEST_CASE(usage_is_measured_and_only_grows) {
    uint64_t before = now_ns();
    double processor = processor_seconds();
    BOOST_TEST(now_ns() >= before);
    BOOST_TEST(processor_seconds() >= processor);
    BOOST_TEST(resident_bytes() > 0u);
    BOOST_TEST(resident_bytes_max() > 0u);
}

}  // namespace
}  // namespace uaio::bench
