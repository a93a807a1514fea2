// Many schedules of the whole engine and its posix door, each from its seed (scenario.h says what
// they check). A seed that fails is run again and its walk printed:
//
//     bazel run //tests/simulation:simulate -- --seed N
#define BOOST_TEST_MODULE simulation
#include <stdlib.h>

#include <boost/test/unit_test.hpp>

#include "tests/simulation/hunt.h"

namespace uaio::sim {
namespace {

uint64_t number_from(const char* name) {
    const char* text = getenv(name);
    BOOST_TEST_REQUIRE(text != nullptr, name << " is not set");
    return strtoull(text, nullptr, 10);
}

BOOST_AUTO_TEST_CASE(no_schedule_shows_a_bug) {
    uint64_t first = number_from("UAIO_SIMULATION_FIRST");
    uint64_t count = number_from("UAIO_SIMULATION_COUNT");
    Hunt result = hunt(first, count);
    BOOST_TEST_MESSAGE(result.schedules << " schedules, " << result.requests << " requests, "
                                        << result.steps << " steps");
    BOOST_TEST(!result.found, "seed " << result.seed << ": " << result.failure << '\n'
                                      << result.walk);
    BOOST_TEST(result.found != (result.schedules == count));
    BOOST_TEST(result.requests > 2 * result.schedules);
}

}  // namespace
}  // namespace uaio::sim
