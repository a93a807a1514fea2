// The simulation finds what it is made to find: the engine under test has a planted bug (BUILD),
// and one of the schedules that every run of the tests goes through must show it, again and again.
#define BOOST_TEST_MODULE mutant
#include <stdlib.h>

#include <boost/test/unit_test.hpp>

#include "tests/simulation/hunt.h"

namespace uaio::sim {
namespace {

constexpr uint64_t kSchedules = 100'000;  // every run of the tests goes through as many or more

BOOST_AUTO_TEST_CASE(a_planted_bug_is_found_and_its_seed_replays) {
    Hunt first = hunt(1, kSchedules);
    BOOST_TEST_REQUIRE(first.found);
    BOOST_TEST_MESSAGE("found by schedule " << first.seed << ": " << first.failure);
    BOOST_TEST(!first.walk.empty());
    Hunt again = hunt(first.seed, 1);
    BOOST_TEST(again.found);
    BOOST_TEST(again.failure == first.failure);
    BOOST_TEST(again.walk == first.walk);
}

}  // namespace
}  // namespace uaio::sim
