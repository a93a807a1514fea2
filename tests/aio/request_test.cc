// Queue order in one number: priority first, then admission. Method: every level against every
// other, with the first and the last place of each.
#define BOOST_TEST_MODULE request
#include "aio/request.h"

#include <stdint.h>

#include <boost/test/unit_test.hpp>

#include "aio/limits.h"

namespace uaio {
namespace {

constexpr int kLevelMax = kPriorityMax - kPriorityMin;
constexpr uint64_t kLastSequence = (uint64_t{1} << 56) - 1;

BOOST_AUTO_TEST_CASE(the_level_comes_back_out_of_an_order) {
    for (int level = 0; level <= kLevelMax; ++level) {
        BOOST_TEST(level_of(order_of(level, 1)) == level);
        BOOST_TEST(level_of(order_of(level, kLastSequence)) == level);
    }
}

BOOST_AUTO_TEST_CASE(a_more_urgent_level_comes_first) {
    for (int level = 0; level < kLevelMax; ++level) {
        BOOST_TEST(order_of(level, kLastSequence) < order_of(level + 1, 1));
    }
}

BOOST_AUTO_TEST_CASE(equals_come_in_order_of_admission) {
    for (int level = 0; level <= kLevelMax; ++level) {
        BOOST_TEST(order_of(level, 1) < order_of(level, 2));
        BOOST_TEST(order_of(level, kLastSequence - 1) < order_of(level, kLastSequence));
    }
}

BOOST_AUTO_TEST_CASE(the_sequence_number_comes_back_out_of_an_order) {
    for (int level = 0; level <= kLevelMax; ++level) {
        BOOST_TEST(sequence_of(order_of(level, 1)) == 1u);
        BOOST_TEST(sequence_of(order_of(level, kLastSequence)) == kLastSequence);
    }
}

BOOST_AUTO_TEST_CASE(those_that_were_taken_come_first) {
    uint64_t taken = order_once_taken(order_of(kLevelMax, kLastSequence));
    BOOST_TEST(taken < order_of(0, 1));
    BOOST_TEST(sequence_of(taken) == kLastSequence);
}

// The rooms compare states: what was taken is behind kRunning, what the schedule knows is behind
// kBarred.
BOOST_AUTO_TEST_CASE(states_are_in_order_of_life) {
    const State life[] = {State::kFilled,    State::kPosted,     State::kBarred,   State::kBlocked,
                          State::kHeld,      State::kParked,     State::kReady,    State::kRunning,
                          State::kWithdrawn, State::kPublishing, State::kPublished};
    for (size_t i = 1; i < std::size(life); ++i) {
        BOOST_TEST((life[i - 1] < life[i]));
    }
}

}  // namespace
}  // namespace uaio
