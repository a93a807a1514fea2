// Transfers that go on where one ends that was taken are taken along. Method: as in
// schedule_test.cc.
#define BOOST_TEST_MODULE schedule_join
#include <boost/test/unit_test.hpp>

#include "aio/limits.h"
#include "aio/schedule.h"
#include "tests/aio/make_request.h"
#include "tests/aio/print_state.h"
#include "tests/aio/stage.h"

namespace uaio {
namespace {

using namespace test;

constexpr int kOne = 0;  // two descriptors
constexpr int kTwo = 1;

struct Joins : Stage {
    Request* along(const Request& request) { return schedule->take_along(request, SIZE_MAX); }

    void retire_all() {
        for (Request& request : requests) {
            schedule->retire(request);
        }
        BOOST_TEST(schedule->outstanding() == 0u);
        BOOST_TEST(schedule->ready() == 0u);
    }
};

BOOST_FIXTURE_TEST_CASE(reads_that_are_ready_are_taken_along, Joins) {
    Request& first = admit(kOne, reading(file(1), 0, 10));
    Request& second = admit(kOne, reading(file(1), 10, 10));
    Request& third = admit(kOne, reading(file(1), 20, 5));
    take(first);
    BOOST_TEST(along(first) == &second);
    BOOST_TEST(along(second) == &third);
    BOOST_TEST(along(third) == nullptr);
    BOOST_TEST((state_of(second) == State::kRunning));
    BOOST_TEST(!schedule->withdraw(third));
    take_nothing();
    retire_all();
}

BOOST_FIXTURE_TEST_CASE(writes_that_are_held_are_taken_along, Joins) {
    Request& first = admit(kOne, writing(file(1), 0, 10));
    Request& second = admit(kOne, writing(file(1), 10, 10));
    Request& third = admit(kOne, writing(file(1), 20, 10));
    take(first);
    BOOST_TEST((state_of(second) == State::kHeld));
    BOOST_TEST(along(first) == &second);
    take_nothing();
    schedule->retire(first);
    take(third);
    schedule->retire(second);
    schedule->retire(third);
    BOOST_TEST(schedule->outstanding() == 0u);
}

BOOST_FIXTURE_TEST_CASE(writes_that_extend_the_file_are_taken_along, Joins) {
    Request& first = admit(kOne, writing(file(1, 100), 100, 10));
    Request& second = admit(kOne, writing(file(1, 100), 110, 10));
    take(first);
    BOOST_TEST(along(first) == &second);
    retire_all();
}

// Who has been taken along counts for those that come later.
BOOST_FIXTURE_TEST_CASE(nobody_overtakes_what_was_taken_along, Joins) {
    Request& first = admit(kOne, reading(file(1), 0, 10));
    Request& second = admit(kOne, reading(file(1), 10, 10));
    take(first);
    BOOST_TEST(along(first) == &second);
    Request& urgent = admit(kOne, writing(file(1), 15, 1, 20));
    BOOST_TEST((state_of(urgent) == State::kBlocked));
    schedule->retire(first);
    take_nothing();
    schedule->retire(second);
    take(urgent);
}

BOOST_FIXTURE_TEST_CASE(what_waits_for_another_is_not_taken_along, Joins) {
    Request& write = admit(kOne, writing(direct_file(1), 15, 1));
    Request& first = admit(kOne, reading(file(1), 0, 10));
    Request& second = admit(kOne, reading(file(1), 10, 10));
    take(write);
    take(first);
    BOOST_TEST((state_of(second) == State::kBlocked));
    BOOST_TEST(along(first) == nullptr);
    schedule->retire(write);
    BOOST_TEST(along(first) == &second);
}

// At a gate for one.
BOOST_FIXTURE_TEST_CASE(who_is_more_urgent_goes_first, Joins) {
    Request& first = admit(kOne, writing(file(1), 0, 10));
    Request& second = admit(kOne, writing(file(1), 10, 10));
    take(first);
    Request& urgent = admit(kOne, writing(file(1), 500, 1, 20));
    BOOST_TEST(along(first) == nullptr);
    schedule->retire(first);
    take(urgent);
    schedule->retire(urgent);
    take(second);
}

BOOST_FIXTURE_TEST_CASE(only_the_next_one_of_the_descriptor_goes_along, Joins) {
    Request& first = admit(kOne, reading(file(1), 0, 10));
    admit(kOne, reading(file(1), 50, 10));
    admit(kOne, reading(file(1), 10, 10));
    admit(kTwo, reading(file(1), 10, 10));
    take(first);
    BOOST_TEST(along(first) == nullptr);
}

BOOST_FIXTURE_TEST_CASE(what_is_too_large_goes_alone, Joins) {
    Request& first = admit(kOne, reading(file(1), 0, 10));
    Request& second = admit(kOne, reading(file(1), 10, 10));
    take(first);
    BOOST_TEST(schedule->take_along(first, 9) == nullptr);
    BOOST_TEST(schedule->take_along(first, 10) == &second);
}

BOOST_FIXTURE_TEST_CASE(a_sync_is_not_passed, Joins) {
    Request& first = admit(kOne, writing(file(1), 0, 10));
    Request& sync = admit(kOne, syncing(file(1)));
    admit(kOne, writing(file(1), 10, 10));
    take(first);
    BOOST_TEST(along(first) == nullptr);
    BOOST_TEST((state_of(sync) == State::kBarred));
}

BOOST_FIXTURE_TEST_CASE(in_strict_order_everybody_goes_alone, Joins) {
    schedule->set_policy(place_strictly);
    Request& first = admit(kOne, reading(file(1), 0, 10));
    Request& second = admit(kOne, reading(file(1), 10, 10));
    take(first);
    BOOST_TEST(along(first) == nullptr);
    schedule->retire(first);
    take(second);
}

// More than the gate lets in: those that are held follow too, and the others go as before.
BOOST_FIXTURE_TEST_CASE(a_full_gate_lets_in_as_many_as_before, Joins) {
    constexpr int kReads = kLaneFanOut + 3;
    for (int i = 0; i < kReads; ++i) {
        admit(kOne, reading(file(1), 10 * i, 10));
    }
    take(requests[0]);
    for (int i = 1; i < kReads; ++i) {
        BOOST_TEST(along(requests[static_cast<size_t>(i) - 1]) ==
                   &requests[static_cast<size_t>(i)]);
    }
    take_nothing();
    retire_all();
    std::vector<Request*> again;
    for (int i = 0; i < kReads; ++i) {
        again.push_back(&admit(kOne, reading(file(1), 20 * i, 10)));
    }
    BOOST_TEST(schedule->ready() == kLaneFanOut);
}

}  // namespace
}  // namespace uaio
