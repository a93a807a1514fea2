// Random walks with many requests, full gates included, are as if serial; and what a search finds
// is shrunk to a walk that anybody can read. Method: a bounded number of walks from a seed that is
// printed; `bazel run //tools:explore` makes as many as one likes.
#define BOOST_TEST_MODULE random_walk
#include "tests/walks/random_walk.h"

#include <stdio.h>

#include <boost/test/unit_test.hpp>

#include "tests/storm/scale.h"
#include "tests/support/seed.h"
#include "tests/walks/shrink.h"

namespace uaio::test {
namespace {

constexpr size_t kWalks = 4'000;

BOOST_AUTO_TEST_CASE(random_walks_are_as_if_serial) {
    uint64_t seed = announced_seed(20'260'106);
    Tally tally;
    for (uint64_t number = 0; number < scaled(kWalks); ++number) {
        std::optional<Finding> found = random_walk(seed, number, kSound, tally);
        if (found.has_value()) {
            BOOST_FAIL("walk " << number << ": " << found->error << " after '"
                               << name_of(shrink(*found, kSound).walk) << "'");
        }
    }
    printf("%zu walks, %zu steps\n", static_cast<size_t>(tally.walks),
           static_cast<size_t>(tally.steps));
    constexpr size_t kStepsOfAWalk = 20;  // and more, on average
    BOOST_TEST(tally.steps > kStepsOfAWalk * scaled(kWalks));
}

BOOST_AUTO_TEST_CASE(a_walk_is_made_again_from_its_seed_and_number) {
    const Plant& plant = *find_plant("deaf-writes");
    Tally tally;
    uint64_t number = 0;
    std::optional<Finding> found;
    while (!found.has_value()) {
        found = random_walk(1, number++, plant, tally);
    }
    std::optional<Finding> again = random_walk(1, number - 1, plant, tally);
    BOOST_TEST_REQUIRE(again.has_value());
    BOOST_TEST(name_of(again->walk) == name_of(found->walk));
    std::optional<Finding> other = random_walk(2, number - 1, plant, tally);
    BOOST_TEST((!other.has_value() || name_of(other->walk) != name_of(found->walk)));
}

// Two requests that meet, and the step that shows it, are all that is needed.
BOOST_AUTO_TEST_CASE(what_is_found_is_shrunk_to_the_least) {
    const Plant& plant = *find_plant("deaf-writes");
    Walk walk = walk_named(
        "conflict W2@1+3 S0 R0@2+4^7d take take! retire1 R1@0+1 W0@3+9d take take retire5");
    std::optional<Finding> found = replay(walk, plant);
    BOOST_TEST_REQUIRE(found.has_value());
    BOOST_TEST(name_of(shrink(*found, plant).walk) == "conflict R0@0+1 W0@0+1");
    BOOST_TEST(!replay(walk, kSound).has_value());
}

}  // namespace
}  // namespace uaio::test
