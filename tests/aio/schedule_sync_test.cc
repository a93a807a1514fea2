// A sync is a barrier over the writes before it, and holds nothing back. Method: as in
// schedule_test.cc.
#define BOOST_TEST_MODULE schedule_sync
#include "aio/schedule.h"

#include <boost/test/unit_test.hpp>

#include "tests/aio/make_request.h"
#include "tests/aio/print_state.h"
#include "tests/aio/stage.h"

namespace uaio {
namespace {

using namespace test;

constexpr int kOne = 0;  // two descriptors
constexpr int kTwo = 1;

BOOST_FIXTURE_TEST_CASE(a_sync_without_writes_is_ready, Stage) {
    admit(kOne, reading(file(1), 0, 10));
    admit(kOne, writing(file(2), 0, 10));
    BOOST_TEST(state_of(admit(kOne, syncing(file(1)))) == State::kReady);
}

BOOST_FIXTURE_TEST_CASE(a_sync_waits_for_older_writes_of_any_priority, Stage) {
    Request& low = admit(kOne, writing(direct_file(1), 0, 10, -10));
    Request& high = admit(kOne, writing(direct_file(1), 100, 10, 10));
    Request& barrier = admit(kOne, syncing(file(1), 50));
    BOOST_TEST(state_of(barrier) == State::kBarred);
    take(high);
    schedule->retire(high);
    BOOST_TEST(state_of(barrier) == State::kBarred);
    take(low);
    take_nothing();
    schedule->retire(low);
    take(barrier);
}

BOOST_FIXTURE_TEST_CASE(a_sync_waits_for_writes_through_any_descriptor, Stage) {
    Request& elsewhere = admit(kTwo, writing(file(1), 0, 10));
    Request& barrier = admit(kOne, syncing(file(1)));
    take(elsewhere);
    take_nothing();
    schedule->retire(elsewhere);
    take(barrier);
}

BOOST_FIXTURE_TEST_CASE(a_sync_does_not_wait_for_younger_writes, Stage) {
    Request& older = admit(kOne, writing(direct_file(1), 0, 10));
    Request& barrier = admit(kOne, syncing(direct_file(1)));
    Request& younger = admit(kOne, writing(direct_file(1), 100, 10, 20));
    take(younger);
    take(older);
    schedule->retire(older);
    take(barrier);
}

BOOST_FIXTURE_TEST_CASE(a_sync_holds_nothing_back, Stage) {
    Request& older = admit(kOne, writing(direct_file(1), 0, 10));
    Request& barrier = admit(kOne, syncing(direct_file(1), 30));
    take(older);
    Request& read = admit(kOne, reading(direct_file(1), 50, 10));
    Request& write = admit(kOne, writing(direct_file(1), 100, 10));
    Request& second = admit(kTwo, writing(direct_file(1), 0, 10));
    for (Request* request : {&read, &write, &second}) {
        take(*request);
    }
    BOOST_TEST(state_of(barrier) == State::kBarred);
}

// --- taken along ------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(syncs_that_wait_together_are_taken_together, Stage) {
    Request& write = admit(kOne, writing(file(1), 0, 10));
    Request& one = admit(kOne, syncing(file(1)));
    Request& other = admit(kOne, syncing(file(1), 0, Kind::kDataSync));
    Request& third = admit(kOne, syncing(file(1)));
    take(write);
    schedule->retire(write);
    take(one);
    BOOST_TEST(schedule->take_along(one, 0) == &other);
    BOOST_TEST(schedule->take_along(one, 0) == &third);
    BOOST_TEST(schedule->take_along(one, 0) == nullptr);
    BOOST_TEST((state_of(other) == State::kRunning));
    BOOST_TEST(!schedule->withdraw(third));
    take_nothing();
    for (Request* request : {&other, &one, &third}) {
        schedule->retire(*request);
    }
    BOOST_TEST(schedule->outstanding() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_sync_that_comes_while_one_runs_waits_for_the_next, Stage) {
    Request& one = admit(kOne, syncing(file(1)));
    take(one);
    BOOST_TEST(schedule->take_along(one, 0) == nullptr);
    Request& late = admit(kOne, syncing(file(1)));
    BOOST_TEST((state_of(late) == State::kHeld));
    take_nothing();
    schedule->retire(one);
    take(late);
}

BOOST_FIXTURE_TEST_CASE(a_sync_that_is_barred_is_not_taken_along, Stage) {
    Request& early = admit(kOne, syncing(file(1)));
    Request& write = admit(kOne, writing(file(1), 0, 10));
    Request& barred = admit(kOne, syncing(file(1)));
    take(early);
    BOOST_TEST(schedule->take_along(early, 0) == nullptr);
    BOOST_TEST((state_of(barred) == State::kBarred));
    take(write);
}

BOOST_FIXTURE_TEST_CASE(syncs_of_other_descriptors_and_files_go_alone, Stage) {
    Request& one = admit(kOne, syncing(file(1)));
    Request& reused = admit(kOne, syncing(file(2)));
    Request& elsewhere = admit(kTwo, syncing(file(1)));
    take(one);
    BOOST_TEST(schedule->take_along(one, 0) == nullptr);
    take(elsewhere);
    schedule->retire(one);
    take(reused);
}

}  // namespace
}  // namespace uaio
