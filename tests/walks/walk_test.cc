// Walks have names, and names are walks. Method: tables of words.
#define BOOST_TEST_MODULE walk
#include "tests/walks/walk.h"

#include <stdexcept>

#include <boost/test/unit_test.hpp>

namespace uaio::test {
namespace {

BOOST_AUTO_TEST_CASE(a_name_is_what_was_named) {
    for (const char* name :
         {"conflict", "strict take", "narrow R0@0+4 W4@12+300^-20ad S1 D2^99 take take! retire1",
          "conflict R0@0+1o W2@0+3^1do",
          "conflict W3@0+2 take park1 unpark1 take park1 unpark take park1 resume1 withdraw12"}) {
        BOOST_TEST(name_of(walk_named(name)) == name);
    }
}

BOOST_AUTO_TEST_CASE(words_say_what_is_asked_for) {
    Walk walk = walk_named("narrow W2@4+6^5d retire3");
    BOOST_TEST((walk.order == Order::kNarrow));
    BOOST_TEST_REQUIRE(walk.steps.size() == 2u);
    BOOST_TEST((walk.steps[0].admission == Admission{Kind::kWrite, 2, 4, 6, 5, false, true}));
    BOOST_TEST((walk.steps[1] == Step{Move::kRetire, 3, {}}));
}

BOOST_AUTO_TEST_CASE(nonsense_is_refused) {
    for (const char* name :
         {"", "serial", "conflict R", "conflict R5@0+1", "conflict R0@-1+1", "conflict R0@0",
          "conflict R0@0+1^100", "conflict R0@0+1^", "conflict R0@0+1x", "conflict S0@0+1",
          "conflict take1", "conflict retire", "conflict retire0", "conflict retire1x",
          "conflict retire99999999999999999999", "conflict give"}) {
        BOOST_TEST_CONTEXT(name) {
            BOOST_CHECK_THROW(walk_named(name), std::invalid_argument);
        }
    }
}

BOOST_AUTO_TEST_CASE(steps_are_told_in_sentences) {
    BOOST_TEST(sentence_of(steps_named("W0@4+2^5d")[0]) ==
               "admit a write of 2 bytes at 4, direct, on descriptor 0, with priority 5");
    BOOST_TEST(sentence_of(steps_named("R0@0+2o")[0]) ==
               "admit a read of 2 bytes at 0, at its own position, on descriptor 0");
    BOOST_TEST(sentence_of(steps_named("S1")[0]) == "admit a sync, on descriptor 1");
    BOOST_TEST(sentence_of(steps_named("withdraw3")[0]) == "withdraw request 3");
}

}  // namespace
}  // namespace uaio::test
