// The machine finds what it is made for. Method: each planted error must be found by enumerating
// the very walks of enumerate_test; and those that harm data, by looking at the bytes alone.
#define BOOST_TEST_MODULE plant
#include "tests/walks/plant.h"

#include <algorithm>
#include <iostream>
#include <iterator>

#include <boost/test/unit_test.hpp>

#include "tests/walks/bounds.h"
#include "tests/walks/shrink.h"

namespace uaio::test {
namespace {

// By the first of the tables that does.
std::optional<Finding> search_tables(const Plant& plant, Looks looks) {
    for (const Table& table : kTables) {
        Tally tally;
        if (std::optional<Finding> finding = enumerate(affordable(table), plant, tally, looks)) {
            std::cout << plant.name << ", " << table.about << ", walk " << tally.walks + 1 << ": "
                      << name_of(finding->walk) << ": " << finding->error << '\n';
            return finding;
        }
    }
    return std::nullopt;
}

BOOST_AUTO_TEST_CASE(every_planted_error_is_found) {
    for (const Plant& plant : kErrors) {
        BOOST_TEST_CONTEXT(plant.name) {
            std::optional<Finding> finding = search_tables(plant, {});
            BOOST_TEST_REQUIRE(finding.has_value());
            // Named, and played again from its name, it is found again.
            BOOST_TEST(replay(walk_named(name_of(finding->walk)), plant).has_value());
            BOOST_TEST(!replay(finding->walk, kSound).has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(errors_that_harm_data_are_found_by_the_bytes_alone) {
    for (const char* name : {"deaf-writes", "growth", "appends", "twin-streams"}) {
        BOOST_TEST_CONTEXT(name) {
            BOOST_TEST(search_tables(*find_plant(name), {.states = false}).has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(plants_are_found_by_their_names) {
    for (const Plant& plant : kErrors) {
        BOOST_TEST(find_plant(plant.name) == &plant);
    }
    BOOST_TEST(find_plant("nonesuch") == nullptr);
}

}  // namespace
}  // namespace uaio::test
