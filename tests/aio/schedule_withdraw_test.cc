// A request can be withdrawn in every state before it is taken, and whoever waited for it goes on.
// Method: as in schedule_test.cc, one small case for each state and each way of waiting.
#define BOOST_TEST_MODULE schedule_withdraw
#include "aio/schedule.h"

#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/aio/make_request.h"
#include "tests/aio/print_state.h"
#include "tests/aio/stage.h"

namespace uaio {
namespace {

using namespace test;

BOOST_FIXTURE_TEST_CASE(one_that_is_ready_is_withdrawn, Stage) {
    Request& request = admit(0, reading(file(1), 0, 10));
    BOOST_TEST(state_of(request) == State::kReady);
    BOOST_TEST(schedule->withdraw(request));
    BOOST_TEST(state_of(request) == State::kWithdrawn);
    BOOST_TEST(schedule->ready() == 0u);
    BOOST_TEST(schedule->outstanding() == 0u);
    BOOST_TEST(lanes[0].requests.empty());
    take_nothing();
}

BOOST_FIXTURE_TEST_CASE(one_that_runs_is_not, Stage) {
    Request& request = admit(0, writing(file(1), 0, 10));
    Request& waits = admit(0, reading(file(1), 0, 10));
    take(request);
    for (State state : {State::kRunning, State::kPublished}) {
        request.state = state;
        BOOST_TEST(!schedule->withdraw(request));
        BOOST_TEST(state_of(request) == state);
    }
    BOOST_TEST(schedule->outstanding() == 2u);
    BOOST_TEST(state_of(waits) == State::kBlocked);
    schedule->retire(request);
    take(waits);
}

BOOST_FIXTURE_TEST_CASE(who_was_held_moves_up_when_a_ready_one_goes, Stage) {
    Request& ready = admit(0, writing(file(1), 0, 10));
    Request& held = admit(0, writing(file(1), 100, 10));
    BOOST_TEST(state_of(held) == State::kHeld);
    BOOST_TEST(schedule->withdraw(ready));
    take(held);
}

BOOST_FIXTURE_TEST_CASE(who_was_blocked_moves_up_when_a_ready_one_goes, Stage) {
    Request& ready = admit(0, writing(file(1), 0, 10));
    Request& read = admit(0, reading(file(1), 0, 10));
    Request& other = admit(0, reading(file(1), 5, 1));
    BOOST_TEST(schedule->withdraw(ready));
    take(read);
    take(other);
}

BOOST_FIXTURE_TEST_CASE(one_that_is_held_is_withdrawn, Stage) {
    Request& running = admit(0, writing(file(1), 0, 10));
    Request& held = admit(0, writing(file(1), 100, 10));
    Request& blocked = admit(0, reading(file(1), 100, 10));
    Request& next = admit(0, writing(file(1), 200, 10));
    take(running);
    BOOST_TEST(state_of(held) == State::kHeld);
    BOOST_TEST(schedule->withdraw(held));
    take(blocked);
    schedule->retire(running);
    take(next);
}

BOOST_FIXTURE_TEST_CASE(one_that_is_held_at_a_wide_gate_is_withdrawn, Stage) {
    std::vector<Request*> reads;
    for (uint32_t i = 0; i < kLaneFanOut + 2; ++i) {
        reads.push_back(&admit(0, reading(file(1), 0, 10)));
    }
    BOOST_TEST(state_of(*reads[kLaneFanOut]) == State::kHeld);
    BOOST_TEST(schedule->withdraw(*reads[kLaneFanOut]));
    BOOST_TEST(state_of(*reads[kLaneFanOut + 1]) == State::kHeld);
    BOOST_TEST(schedule->withdraw(*reads[0]));
    BOOST_TEST(state_of(*reads[kLaneFanOut + 1]) == State::kReady);
    BOOST_TEST(schedule->ready() == kLaneFanOut);
}

BOOST_FIXTURE_TEST_CASE(one_that_is_blocked_is_withdrawn, Stage) {
    Request& running = admit(0, writing(direct_file(1), 0, 10));
    Request& blocked = admit(0, writing(direct_file(1), 5, 10));
    Request& behind = admit(0, reading(direct_file(1), 12, 10));
    take(running);
    BOOST_TEST(state_of(blocked) == State::kBlocked);
    BOOST_TEST(state_of(behind) == State::kBlocked);
    BOOST_TEST(schedule->withdraw(blocked));
    take(behind);
    schedule->retire(running);
    take_nothing();
    BOOST_TEST(schedule->outstanding() == 1u);
}

// The one behind waited for the withdrawn one only because that came later; now it waits for the
// next best.
BOOST_FIXTURE_TEST_CASE(who_waited_for_a_blocked_one_may_have_to_wait_on, Stage) {
    Request& running = admit(0, writing(direct_file(1), 0, 10));
    Request& blocked = admit(0, writing(direct_file(1), 5, 10));
    Request& behind = admit(0, reading(direct_file(1), 8, 10));
    take(running);
    BOOST_TEST(schedule->withdraw(blocked));
    BOOST_TEST(state_of(behind) == State::kBlocked);
    schedule->retire(running);
    take(behind);
}

BOOST_FIXTURE_TEST_CASE(one_that_was_overtaken_is_withdrawn, Stage) {
    Request& low = admit(0, writing(direct_file(1), 0, 10));
    Request& high = admit(0, writing(direct_file(1), 0, 10, 5));
    BOOST_TEST(state_of(low) == State::kBlocked);
    BOOST_TEST(schedule->withdraw(low));
    take(high);
    schedule->retire(high);
    BOOST_TEST(schedule->outstanding() == 0u);
}

BOOST_FIXTURE_TEST_CASE(who_overtook_is_withdrawn, Stage) {
    Request& low = admit(0, writing(file(1), 0, 10));
    Request& high = admit(0, writing(file(1), 100, 10, 5));
    BOOST_TEST(state_of(low) == State::kHeld);
    BOOST_TEST(schedule->withdraw(high));
    take(low);
}

BOOST_FIXTURE_TEST_CASE(a_barred_sync_is_withdrawn, Stage) {
    Request& write = admit(0, writing(file(1), 0, 10));
    Request& gone = admit(0, syncing(file(1)));
    Request& stays = admit(1, syncing(file(1)));
    BOOST_TEST(state_of(gone) == State::kBarred);
    BOOST_TEST(schedule->withdraw(gone));
    BOOST_TEST(state_of(gone) == State::kWithdrawn);
    take(write);
    schedule->retire(write);
    take(stays);
    schedule->retire(stays);
    BOOST_TEST(schedule->outstanding() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_sync_does_not_wait_for_withdrawn_writes, Stage) {
    Request& ready = admit(0, writing(file(1), 0, 10));
    Request& held = admit(0, writing(file(1), 100, 10));
    Request& blocked = admit(0, writing(file(1), 0, 10));
    Request& barrier = admit(1, syncing(file(1)));
    for (Request* write : {&held, &blocked}) {
        BOOST_TEST(schedule->withdraw(*write));
        BOOST_TEST(state_of(barrier) == State::kBarred);
    }
    BOOST_TEST(schedule->withdraw(ready));
    take(barrier);
}

BOOST_FIXTURE_TEST_CASE(a_sync_that_passed_is_withdrawn, Stage) {
    Request& barrier = admit(0, syncing(file(1)));
    BOOST_TEST(state_of(barrier) == State::kReady);
    BOOST_TEST(schedule->withdraw(barrier));
    take_nothing();
}

BOOST_FIXTURE_TEST_CASE(the_next_of_a_stream_moves_up, Stage) {
    Request& first = admit(0, reading(stream(1), 0, 10));
    Request& second = admit(0, reading(stream(1), 0, 10));
    Request& third = admit(0, reading(stream(1), 0, 10));
    BOOST_TEST(schedule->withdraw(second));
    BOOST_TEST(schedule->withdraw(first));
    take(third);
}

// A record keeps nothing of its last life that matters in the next.
BOOST_FIXTURE_TEST_CASE(a_record_may_be_admitted_again, Stage) {
    Request& record = admit(0, writing(file(1), 0, 10));
    const Operation operations[] = {reading(file(1), 0, 10), writing(direct_file(2), 0, 10),
                                    syncing(file(1)), reading(stream(3), 0, 10),
                                    writing(append_file(1), 0, 10)};
    BOOST_TEST(schedule->withdraw(record));
    for (const Operation& operation : operations) {
        readmit(record, 1, operation);
        take(record);
        record.state = State::kPublished;
        schedule->retire(record);
        readmit(record, 0, operation);
        BOOST_TEST(schedule->withdraw(record));
    }
    BOOST_TEST(schedule->outstanding() == 0u);
    BOOST_TEST(lanes[0].writes.empty());
    BOOST_TEST(lanes[0].reads.empty());
}

}  // namespace
}  // namespace uaio
