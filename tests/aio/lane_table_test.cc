// Every descriptor number has one lane, which stays where it is. Method: the numbers on both sides
// of each boundary of the tree, and threads that ask for the same numbers at the same time.
#define BOOST_TEST_MODULE lane_table
#include "aio/lane_table.h"

#include <limits.h>

#include <map>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace uaio {
namespace {

const int kNumbers[] = {0,         1,          2,          1'022,       1'023,     1'024,
                        1'025,     2'047,      2'048,      65'535,      1'048'575, 1'048'576,
                        1'048'577, 0x3fffffff, 0x40000000, INT_MAX - 1, INT_MAX};

// Its pages are given back to the system between the cases by reset().
struct Table {
    ~Table() { table->reset(); }
    std::unique_ptr<LaneTable> table = std::make_unique<LaneTable>();
};

BOOST_FIXTURE_TEST_CASE(an_unused_number_has_no_lane, Table) {
    for (int number : kNumbers) {
        BOOST_TEST(table->find(number) == nullptr);
    }
}

BOOST_FIXTURE_TEST_CASE(a_number_that_is_none_has_no_lane, Table) {
    table->reserve(0);
    table->reserve(INT_MAX);
    BOOST_TEST(table->find(-1) == nullptr);
    BOOST_TEST(table->find(INT_MIN) == nullptr);
}

BOOST_FIXTURE_TEST_CASE(each_number_has_a_lane_of_its_own, Table) {
    std::set<const Lane*> lanes;
    for (int number : kNumbers) {
        Lane* lane = table->reserve(number);
        BOOST_TEST_REQUIRE(lane != nullptr);
        lanes.insert(lane);
    }
    BOOST_TEST(lanes.size() == std::size(kNumbers));
}

BOOST_FIXTURE_TEST_CASE(a_lane_stays_where_it_is, Table) {
    std::map<int, Lane*> first;
    for (int number : kNumbers) {
        first[number] = table->reserve(number);
    }
    for (int number : kNumbers) {
        BOOST_TEST(table->reserve(number) == first[number]);
        BOOST_TEST(table->find(number) == first[number]);
    }
}

BOOST_FIXTURE_TEST_CASE(a_fresh_lane_is_empty, Table) {
    for (int number : kNumbers) {
        const Lane& lane = *table->reserve(number);
        BOOST_TEST(lane.requests.empty());
        BOOST_TEST(lane.reads.empty());
        BOOST_TEST(lane.writes.empty());
        for (const Gate& gate : lane.gates) {
            BOOST_TEST(gate.inside == 0u);
            BOOST_TEST(gate.solo == nullptr);
            BOOST_TEST(gate.outside.empty());
        }
        BOOST_TEST(lane.parked[0] == nullptr);
        BOOST_TEST(lane.parked[1] == nullptr);
        BOOST_TEST(lane.posted == 0u);
    }
}

// Whole leaves are told, so a number that was used is never passed over, and it takes few steps to
// walk over the rest.
BOOST_FIXTURE_TEST_CASE(used_numbers_are_found_in_a_walk, Table) {
    BOOST_TEST(table->next_used(0) == -1);
    for (int number : kNumbers) {
        table->reserve(number);
    }
    for (int number : kNumbers) {
        BOOST_TEST(table->next_used(static_cast<unsigned>(number)) == number);
    }
    BOOST_TEST(table->next_used(5'000) > 5'000);
    BOOST_TEST(table->next_used(5'000) <= 65'535);
    BOOST_TEST(table->next_used(0x3fffffffu - 5'000) <= 0x3fffffff);
    BOOST_TEST(table->next_used(INT_MAX) == INT_MAX);
    BOOST_TEST(table->next_used(static_cast<unsigned>(INT_MAX) + 1) == -1);
    BOOST_TEST(table->next_used(UINT_MAX) == -1);
}

BOOST_FIXTURE_TEST_CASE(a_walk_ends_behind_the_last_used_number, Table) {
    table->reserve(5);
    BOOST_TEST(table->next_used(1'000'000) == -1);
}

BOOST_FIXTURE_TEST_CASE(reset_empties_every_lane, Table) {
    for (int number : kNumbers) {
        table->reserve(number)->gates[0].inside = 1;
    }
    table->reset();
    BOOST_TEST(table->next_used(0) == -1);
    for (int number : kNumbers) {
        BOOST_TEST(table->find(number) == nullptr);
    }
    for (int number : kNumbers) {
        BOOST_TEST(table->reserve(number)->gates[0].inside == 0u);
    }
}

// So many numbers, a leaf apart and one after the other, that the threads meet in fresh leaves and
// branches again and again.
BOOST_FIXTURE_TEST_CASE(threads_agree_on_a_lane, Table) {
    constexpr int kThreads = 4;
    constexpr int kSteps = 400;
    constexpr int kStride = 4'099'001;
    std::vector<std::vector<Lane*>> seen(kThreads);
    std::vector<std::thread> threads;
    for (auto& lanes : seen) {
        threads.emplace_back([this, &lanes] {
            for (int step = 0; step < kSteps; ++step) {
                lanes.push_back(table->reserve(step * kStride));
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (int step = 0; step < kSteps; ++step) {
        Lane* lane = table->find(step * kStride);
        BOOST_TEST_REQUIRE(lane != nullptr);
        for (const auto& lanes : seen) {
            BOOST_TEST(lanes[static_cast<size_t>(step)] == lane);
        }
    }
}

}  // namespace
}  // namespace uaio
