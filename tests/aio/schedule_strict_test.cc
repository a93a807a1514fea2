// The strict policy: one request of a descriptor at a time, in queue order, as glibc does it.
// Method: as in schedule_test.cc.
#define BOOST_TEST_MODULE schedule_strict
#include "aio/schedule.h"

#include <boost/test/unit_test.hpp>

#include "tests/aio/make_request.h"
#include "tests/aio/print_state.h"
#include "tests/aio/stage.h"

namespace uaio {
namespace {

using namespace test;

struct StrictStage : Stage {
    StrictStage() { schedule->set_policy(place_strictly); }
};

BOOST_FIXTURE_TEST_CASE(requests_run_one_at_a_time_whatever_they_touch, StrictStage) {
    Request& read = admit(0, reading(file(1), 0, 10));
    Request& again = admit(0, reading(file(1), 0, 10));
    Request& write = admit(0, writing(direct_file(1), 500, 10));
    for (Request* request : {&read, &again, &write}) {
        take(*request);
        take_nothing();
        schedule->retire(*request);
    }
}

BOOST_FIXTURE_TEST_CASE(both_directions_of_a_stream_are_one_queue, StrictStage) {
    Request& read = admit(0, reading(stream(1), 0, 10));
    Request& write = admit(0, writing(stream(1), 0, 10));
    take(read);
    take_nothing();
    schedule->retire(read);
    take(write);
}

BOOST_FIXTURE_TEST_CASE(descriptors_run_together, StrictStage) {
    Request& one = admit(0, writing(file(1), 0, 10));
    Request& other = admit(1, writing(file(1), 0, 10));
    take(one);
    take(other);
}

BOOST_FIXTURE_TEST_CASE(the_queue_is_in_order_of_priority, StrictStage) {
    Request& running = admit(0, reading(file(1), 0, 10, -20));
    take(running);
    Request& low = admit(0, reading(file(1), 0, 10, -1));
    Request& high = admit(0, reading(file(1), 0, 10, 1));
    Request& equal = admit(0, reading(file(1), 0, 10, 1));
    schedule->retire(running);
    for (Request* request : {&high, &equal, &low}) {
        take(*request);
        schedule->retire(*request);
    }
}

BOOST_FIXTURE_TEST_CASE(an_urgent_newcomer_overtakes_one_that_is_ready, StrictStage) {
    Request& low = admit(0, reading(file(1), 0, 10));
    Request& high = admit(0, reading(file(1), 0, 10, 1));
    BOOST_TEST(state_of(low) == State::kHeld);
    take(high);
    take_nothing();
    schedule->retire(high);
    take(low);
}

BOOST_FIXTURE_TEST_CASE(a_sync_joins_the_queue_behind_the_barrier, StrictStage) {
    Request& write = admit(0, writing(file(1), 0, 10));
    Request& barrier = admit(0, syncing(file(1)));
    Request& younger = admit(0, writing(file(1), 0, 10));
    BOOST_TEST(state_of(barrier) == State::kBarred);
    take(write);
    schedule->retire(write);
    take(barrier);
    take_nothing();
    schedule->retire(barrier);
    take(younger);
}

BOOST_FIXTURE_TEST_CASE(a_sync_waits_for_less_urgent_writes, StrictStage) {
    Request& write = admit(0, writing(file(1), 0, 10, -20));
    Request& elsewhere = admit(1, writing(file(1), 0, 10, -20));
    Request& barrier = admit(0, syncing(file(1), 20));
    Request& read = admit(0, reading(file(1), 0, 10));
    take(read);
    schedule->retire(read);
    take(elsewhere);
    take(write);
    schedule->retire(write);
    BOOST_TEST(state_of(barrier) == State::kBarred);
    schedule->retire(elsewhere);
    take(barrier);
}

BOOST_FIXTURE_TEST_CASE(withdrawn_ones_make_room, StrictStage) {
    Request& ready = admit(0, writing(file(1), 0, 10));
    Request& held = admit(0, writing(file(1), 0, 10));
    Request& barrier = admit(0, syncing(file(1)));
    Request& last = admit(0, reading(file(1), 0, 10));
    BOOST_TEST(schedule->withdraw(ready));
    BOOST_TEST(state_of(held) == State::kReady);
    BOOST_TEST(schedule->withdraw(held));
    take(barrier);
    BOOST_TEST(!schedule->withdraw(barrier));
    BOOST_TEST(schedule->withdraw(last));
    schedule->retire(barrier);
    BOOST_TEST(schedule->outstanding() == 0u);
}

}  // namespace
}  // namespace uaio
