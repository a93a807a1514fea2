// The monotonic clock as one number, and deadlines at both ends of its range.
// Method: bracket each reading between two others.
#define BOOST_TEST_MODULE clock
#include "threadpool/base/clock.h"

#include <errno.h>

#include <limits>

#include <boost/test/unit_test.hpp>

namespace uaio {
namespace {

constexpr long kNsMax = 999'999'999;

BOOST_AUTO_TEST_CASE(the_clock_never_goes_back) {
    int64_t before = now_ns();
    int64_t backward_steps = 0;
    for (int reading = 0; reading < 100'000; ++reading) {
        int64_t now = now_ns();
        backward_steps += now < before;
        before = now;
    }
    BOOST_TEST(backward_steps == 0);
}

BOOST_AUTO_TEST_CASE(the_clock_is_the_monotonic_one_in_nanoseconds) {
    timespec first;
    timespec last;
    clock_gettime(CLOCK_MONOTONIC, &first);
    int64_t now = now_ns();
    clock_gettime(CLOCK_MONOTONIC, &last);
    BOOST_TEST(now >= first.tv_sec * kNsPerSecond + first.tv_nsec);
    BOOST_TEST(now <= last.tv_sec * kNsPerSecond + last.tv_nsec);
}

BOOST_AUTO_TEST_CASE(a_deadline_is_now_and_the_duration) {
    for (timespec duration : {timespec{0, 0}, {0, 1}, {0, kNsMax}, {1, 0}, {86'400, kNsMax}}) {
        int64_t length = duration.tv_sec * kNsPerSecond + duration.tv_nsec;
        int64_t earliest = now_ns() + length;
        int64_t deadline = deadline_after(duration);
        int64_t latest = now_ns() + length;
        BOOST_TEST(deadline >= earliest);
        BOOST_TEST(deadline <= latest);
    }
}

// A time_t of 32 bits cannot say such a duration.
boost::test_tools::assertion_result time_is_wide(boost::unit_test::test_unit_id) {
    return sizeof(time_t) >= sizeof(int64_t);
}

BOOST_AUTO_TEST_CASE(a_duration_beyond_the_clock_never_ends,
                     *boost::unit_test::precondition(time_is_wide)) {
    constexpr time_t kSecondsMax = std::numeric_limits<time_t>::max();
    constexpr auto kClockSeconds = static_cast<time_t>(kNever / kNsPerSecond);
    for (time_t seconds : {kSecondsMax, kSecondsMax - 1, kClockSeconds, kClockSeconds + 1}) {
        BOOST_TEST(deadline_after({seconds, 0}) == kNever);
        BOOST_TEST(deadline_after({seconds, kNsMax}) == kNever);
    }
}

// Around the last duration that fits, second by second: whatever is not kNever lies ahead.
BOOST_AUTO_TEST_CASE(a_deadline_never_lies_in_the_past,
                     *boost::unit_test::precondition(time_is_wide)) {
    auto last_second = static_cast<time_t>((kNever - now_ns()) / kNsPerSecond);
    for (time_t seconds = last_second - 4; seconds <= last_second + 4; ++seconds) {
        int64_t deadline = deadline_after({seconds, kNsMax});
        BOOST_TEST(deadline > now_ns() + (last_second - 5) * kNsPerSecond);
    }
}

}  // namespace
}  // namespace uaio
