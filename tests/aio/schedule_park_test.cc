// A stream that has nothing for a request keeps it at the head of its direction, and another try
// follows when there is something. Method: as in schedule_test.cc.
#define BOOST_TEST_MODULE schedule_park
#include "aio/schedule.h"

#include <boost/test/unit_test.hpp>

#include "tests/aio/make_request.h"
#include "tests/aio/print_state.h"
#include "tests/aio/stage.h"

namespace uaio {
namespace {

using namespace test;

struct ParkedStage : Stage {
    // Admitted, taken and parked.
    Request& park(size_t lane, const Operation& operation) {
        Request& request = admit(lane, operation);
        take(request);
        schedule->park(request);
        return request;
    }
};

BOOST_FIXTURE_TEST_CASE(a_parked_request_is_not_given_out, ParkedStage) {
    Request& read = park(0, reading(stream(1), 0, 10));
    BOOST_TEST(state_of(read) == State::kParked);
    BOOST_TEST(schedule->parked() == 1u);
    BOOST_TEST(schedule->ready() == 0u);
    BOOST_TEST(schedule->outstanding() == 1u);
    BOOST_TEST(lanes[0].parked[static_cast<int>(Direction::kIn)] == &read);
    take_nothing();
}

BOOST_FIXTURE_TEST_CASE(it_is_given_out_again_when_its_stream_is_ready, ParkedStage) {
    Request& write = park(0, writing(stream(1), 0, 10));
    schedule->unpark(write);
    BOOST_TEST(schedule->parked() == 0u);
    BOOST_TEST(schedule->ready() == 1u);
    BOOST_TEST(lanes[0].parked[static_cast<int>(Direction::kOut)] == nullptr);
    take(write);
    schedule->park(write);
    schedule->unpark(write);
    take(write);
    schedule->retire(write);
    BOOST_TEST(schedule->outstanding() == 0u);
}

BOOST_FIXTURE_TEST_CASE(who_parked_it_may_take_it_back, ParkedStage) {
    Request& read = park(0, reading(stream(1), 0, 10));
    schedule->resume(read);
    BOOST_TEST(state_of(read) == State::kRunning);
    BOOST_TEST(schedule->parked() == 0u);
    BOOST_TEST(lanes[0].parked[static_cast<int>(Direction::kIn)] == nullptr);
    take_nothing();
    schedule->retire(read);
    BOOST_TEST(schedule->outstanding() == 0u);
}

BOOST_FIXTURE_TEST_CASE(it_stays_at_the_head_of_its_direction, ParkedStage) {
    Request& first = park(0, writing(stream(1), 0, 10));
    Request& next = admit(0, writing(stream(1), 0, 10));
    Request& urgent = admit(0, writing(stream(1), 0, 10, 5));
    take_nothing();
    schedule->unpark(first);
    take(first);
    take_nothing();
    schedule->retire(first);
    take(urgent);
    schedule->retire(urgent);
    take(next);
}

// Else whoever passes it would pass those, too, that wait behind it and are more urgent.
BOOST_FIXTURE_TEST_CASE(it_stays_there_while_it_is_to_be_tried_again, ParkedStage) {
    Request& first = park(0, reading(stream(1), 0, 10));
    Request& urgent = admit(0, reading(stream(1), 0, 10, 5));
    schedule->unpark(first);
    Request& next = admit(0, reading(stream(1), 0, 10, 3));
    take(first);
    schedule->retire(first);
    take(urgent);
    schedule->retire(urgent);
    take(next);
}

BOOST_FIXTURE_TEST_CASE(the_other_direction_goes_on, ParkedStage) {
    Request& read = park(0, reading(stream(1), 0, 10));
    Request& write = park(0, writing(stream(1), 0, 10));
    BOOST_TEST(schedule->parked() == 2u);
    schedule->unpark(write);
    take(write);
    schedule->retire(write);
    BOOST_TEST(state_of(read) == State::kParked);
}

BOOST_FIXTURE_TEST_CASE(streams_are_parked_side_by_side, ParkedStage) {
    Request& one = park(0, reading(stream(1), 0, 10));
    Request& other = park(1, reading(stream(2), 0, 10));
    schedule->unpark(other);
    BOOST_TEST(state_of(one) == State::kParked);
    take(other);
}

BOOST_FIXTURE_TEST_CASE(all_can_be_tried_again, ParkedStage) {
    Request& one = park(0, reading(stream(1), 0, 10));
    Request& other = park(0, writing(stream(1), 0, 10));
    Request& third = park(1, reading(stream(2), 0, 10));
    schedule->unpark_all();
    BOOST_TEST(schedule->parked() == 0u);
    take(one);
    take(other);
    take(third);
    schedule->unpark_all();
    take_nothing();
}

// Whoever looks after the parked ones, a few at a time, comes to each of them.
BOOST_FIXTURE_TEST_CASE(each_that_is_parked_has_its_turn, ParkedStage) {
    BOOST_TEST(schedule->next_parked() == nullptr);
    Request& one = park(0, reading(stream(1), 0, 10));
    Request& other = park(0, writing(stream(1), 0, 10));
    Request& third = park(1, reading(stream(2), 0, 10));
    for (int round = 0; round < 3; ++round) {
        for (Request* expected : {&one, &other, &third}) {
            BOOST_TEST(schedule->next_parked() == expected);
        }
    }
    BOOST_TEST(schedule->parked() == 3u);
    BOOST_TEST(state_of(one) == State::kParked);
}

BOOST_FIXTURE_TEST_CASE(who_comes_or_goes_takes_nobody_s_turn, ParkedStage) {
    Request& one = park(0, reading(stream(1), 0, 10));
    Request& other = park(1, reading(stream(2), 0, 10));
    Request& third = park(2, reading(stream(3), 0, 10));
    BOOST_TEST(schedule->next_parked() == &one);
    schedule->unpark(other);
    take(other);
    Request& last = park(3, reading(stream(4), 0, 10));
    for (Request* expected : {&third, &one, &last, &third}) {
        BOOST_TEST(schedule->next_parked() == expected);
    }
    schedule->withdraw(one);
    schedule->withdraw(third);
    BOOST_TEST(schedule->next_parked() == &last);
    BOOST_TEST(schedule->next_parked() == &last);
    schedule->withdraw(last);
    BOOST_TEST(schedule->next_parked() == nullptr);
}

BOOST_FIXTURE_TEST_CASE(a_parked_request_is_withdrawn, ParkedStage) {
    Request& read = park(0, reading(stream(1), 0, 10));
    Request& next = admit(0, reading(stream(1), 0, 10));
    BOOST_TEST(schedule->withdraw(read));
    BOOST_TEST(state_of(read) == State::kWithdrawn);
    BOOST_TEST(schedule->parked() == 0u);
    BOOST_TEST(lanes[0].parked[static_cast<int>(Direction::kIn)] == nullptr);
    take(next);
    schedule->park(next);
    BOOST_TEST(schedule->withdraw(next));
    BOOST_TEST(schedule->outstanding() == 0u);
}

BOOST_FIXTURE_TEST_CASE(one_that_is_to_be_tried_again_is_withdrawn, ParkedStage) {
    Request& read = park(0, reading(stream(1), 0, 10));
    schedule->unpark(read);
    BOOST_TEST(schedule->withdraw(read));
    take_nothing();
    BOOST_TEST(schedule->outstanding() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_sync_waits_for_a_parked_write, ParkedStage) {
    Request& write = park(0, writing(stream(1), 0, 10));
    Request& barrier = admit(0, syncing(stream(1)));
    BOOST_TEST(state_of(barrier) == State::kBarred);
    schedule->withdraw(write);
    take(barrier);
}

// Its bytes must stay together: the stream has taken the first of them already.
BOOST_FIXTURE_TEST_CASE(a_write_that_has_been_begun_is_not_overtaken, ParkedStage) {
    Request& begun = park(0, writing(stream(1), 0, 10));
    begun.operation.progress = 4;
    schedule->unpark(begun);
    Request& urgent = admit(0, writing(stream(1), 0, 10, 5));
    take(begun);
    take_nothing();
    schedule->retire(begun);
    take(urgent);
}

BOOST_FIXTURE_TEST_CASE(strict_order_is_kept_behind_a_parked_request, ParkedStage) {
    schedule->set_policy(place_strictly);
    Request& read = park(0, reading(stream(1), 0, 10));
    Request& write = admit(0, writing(stream(1), 0, 10));
    take_nothing();
    schedule->unpark(read);
    take(read);
    schedule->retire(read);
    take(write);
}

BOOST_FIXTURE_TEST_CASE(what_must_not_be_lost_at_exit_is_owed, ParkedStage) {
    park(1, reading(stream(2), 0, 10));
    Request& to_stream = park(1, writing(stream(2), 0, 10));
    admit(0, reading(file(1), 0, 10));
    BOOST_TEST(schedule->owed() == 0u);
    Request& write = admit(0, writing(file(1), 100, 10));
    Request& barrier = admit(2, syncing(file(1)));
    BOOST_TEST(schedule->owed() == 2u);
    schedule->withdraw(to_stream);
    BOOST_TEST(schedule->owed() == 2u);
    schedule->withdraw(write);
    BOOST_TEST(schedule->owed() == 1u);
    schedule->withdraw(barrier);
    BOOST_TEST(schedule->owed() == 0u);
}

}  // namespace
}  // namespace uaio
