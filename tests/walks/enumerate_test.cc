// The schedule does what its contracts say in every walk within small bounds. Method: all sequences
// of choices are played, and each step is compared with the reference (play.h). Each table of
// choices is about one rule; the numbers of walks and steps are printed.
#define BOOST_TEST_MODULE enumerate
#include "tests/walks/enumerate.h"

#include <stdio.h>

#include <iostream>

#include <boost/test/unit_test.hpp>

#include "tests/walks/bounds.h"

namespace uaio::test {
namespace {

BOOST_AUTO_TEST_CASE(every_walk_within_the_bounds_is_as_if_serial) {
    Tally sum;
    for (const Table& table : kTables) {
        Tally tally;
        std::optional<Finding> finding = enumerate(affordable(table), kSound, tally);
        std::cout << table.about << ": " << tally.walks << " walks, " << tally.steps << " steps\n";
        BOOST_TEST_CONTEXT(table.about) {
            if (finding.has_value()) {
                BOOST_FAIL(finding->error << " after '" << name_of(finding->walk) << "'");
            }
            BOOST_TEST(tally.walks >= kWalksMin);
        }
        sum.walks += tally.walks;
        sum.steps += tally.steps;
    }
    std::cout << "in all: " << sum.walks << " walks, " << sum.steps << " steps\n";
    BOOST_TEST(sum.walks >= kWalksMinInAll);
}

}  // namespace
}  // namespace uaio::test
