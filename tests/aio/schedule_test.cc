// What may run when: small cases of every rule of the conflict policy. Method: requests made by
// hand are admitted, taken, retired and withdrawn one by one, and their states read.
//
// The rest of the schedule's rules: schedule_sync_test.cc, schedule_withdraw_test.cc,
// schedule_park_test.cc, and schedule_strict_test.cc for the other policy. All short walks through
// the schedule, and random longer ones: tests/walks.
#define BOOST_TEST_MODULE schedule
#include "aio/schedule.h"

#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/aio/make_request.h"
#include "tests/aio/print_state.h"
#include "tests/aio/stage.h"

namespace uaio {
namespace {

using namespace test;

constexpr int kOne = 0;  // two descriptors
constexpr int kTwo = 1;

BOOST_FIXTURE_TEST_CASE(an_empty_schedule_gives_nothing, Stage) {
    BOOST_TEST(schedule->take() == nullptr);
    BOOST_TEST(schedule->ready() == 0u);
    BOOST_TEST(schedule->outstanding() == 0u);
}

BOOST_FIXTURE_TEST_CASE(requests_are_counted_until_they_leave, Stage) {
    uint64_t first = schedule->next_sequence();
    Request& one = admit(kOne, reading(file(1), 0, 10));
    Request& other = admit(kOne, reading(file(1), 0, 10));
    BOOST_TEST(sequence_of(one.order) == first);
    BOOST_TEST(sequence_of(other.order) == first + 1);
    BOOST_TEST(schedule->next_sequence() == first + 2);
    BOOST_TEST(schedule->ready() == 2u);
    take(one);
    BOOST_TEST(schedule->ready() == 1u);
    BOOST_TEST(schedule->outstanding() == 2u);
    schedule->retire(one);
    BOOST_TEST(schedule->withdraw(other));
    BOOST_TEST(schedule->outstanding() == 0u);
}

BOOST_AUTO_TEST_SUITE(overlap)

BOOST_FIXTURE_TEST_CASE(reads_of_the_same_bytes_run_together, Stage) {
    Request& one = admit(kOne, reading(file(1), 0, 10));
    Request& other = admit(kOne, reading(file(1), 0, 10));
    take(one);
    take(other);
}

BOOST_FIXTURE_TEST_CASE(later_overlapping_write_waits_for_the_earlier, Stage) {
    Request& earlier = admit(kOne, writing(direct_file(1), 0, 10));
    Request& later = admit(kOne, writing(direct_file(1), 9, 10));
    BOOST_TEST(state_of(later) == State::kBlocked);
    take(earlier);
    take_nothing();
    schedule->retire(earlier);
    take(later);
}

BOOST_FIXTURE_TEST_CASE(direct_writes_of_other_bytes_run_together, Stage) {
    Request& one = admit(kOne, writing(direct_file(1), 0, 10));
    Request& other = admit(kOne, writing(direct_file(1), 10, 10));
    take(one);
    take(other);
}

BOOST_FIXTURE_TEST_CASE(a_read_waits_for_the_write_before_it, Stage) {
    Request& write = admit(kOne, writing(file(1), 5, 10));
    Request& read = admit(kOne, reading(file(1), 0, 6));
    Request& elsewhere = admit(kOne, reading(file(1), 0, 5));
    BOOST_TEST(state_of(read) == State::kBlocked);
    take(write);
    take(elsewhere);
    schedule->retire(write);
    take(read);
}

BOOST_FIXTURE_TEST_CASE(a_write_waits_for_every_read_before_it, Stage) {
    Request& first = admit(kOne, reading(file(1), 0, 10));
    Request& second = admit(kOne, reading(file(1), 5, 10));
    Request& write = admit(kOne, writing(file(1), 8, 1));
    take(first);
    take(second);
    schedule->retire(second);
    BOOST_TEST(state_of(write) == State::kBlocked);
    schedule->retire(first);
    take(write);
}

BOOST_FIXTURE_TEST_CASE(a_chain_runs_link_by_link, Stage) {
    Request& first = admit(kOne, writing(direct_file(1), 0, 10));
    Request& read = admit(kOne, reading(direct_file(1), 5, 10));
    Request& last = admit(kOne, writing(direct_file(1), 12, 10));
    for (Request* request : {&first, &read, &last}) {
        take(*request);
        take_nothing();
        schedule->retire(*request);
    }
}

BOOST_FIXTURE_TEST_CASE(one_that_waits_holds_back_only_what_overlaps_it, Stage) {
    Request& running = admit(kOne, reading(direct_file(1), 0, 10));
    Request& waits = admit(kOne, writing(direct_file(1), 0, 100));
    Request& behind = admit(kOne, reading(direct_file(1), 90, 10));
    Request& beside = admit(kOne, reading(direct_file(1), 100, 10));
    BOOST_TEST(state_of(behind) == State::kBlocked);
    take(running);
    take(beside);
    take_nothing();
    schedule->retire(running);
    take(waits);
}

BOOST_FIXTURE_TEST_CASE(descriptors_do_not_wait_for_each_other, Stage) {
    Request& one = admit(kOne, writing(file(1), 0, 10));
    Request& other = admit(kTwo, writing(file(1), 0, 10));
    take(one);
    take(other);
}

BOOST_FIXTURE_TEST_CASE(a_request_of_nothing_waits_for_nobody, Stage) {
    admit(kOne, writing(direct_file(1), 0, 10));
    Request& nothing = admit(kOne, reading(direct_file(1), 5, 0));
    Request& write_nothing = admit(kOne, writing(direct_file(1), 6, 0));
    BOOST_TEST(state_of(nothing) == State::kReady);
    BOOST_TEST(state_of(write_nothing) == State::kReady);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(end_of_file)

BOOST_FIXTURE_TEST_CASE(a_read_behind_the_end_waits_for_the_write_that_moves_it, Stage) {
    Request& extends = admit(kOne, writing(file(1, 1'000), 2'000, 10));
    Request& gap = admit(kOne, reading(file(1, 1'000), 1'000, 10));
    Request& before = admit(kOne, reading(file(1, 1'000), 990, 10));
    BOOST_TEST(state_of(gap) == State::kBlocked);
    take(extends);
    take(before);
    schedule->retire(extends);
    take(gap);
}

BOOST_FIXTURE_TEST_CASE(the_write_that_moves_the_end_waits_for_reads_behind_it, Stage) {
    Request& gap = admit(kOne, reading(file(1, 1'000), 1'500, 10));
    Request& extends = admit(kOne, writing(file(1, 1'000), 2'000, 10));
    take(gap);
    take_nothing();
    schedule->retire(gap);
    take(extends);
}

BOOST_FIXTURE_TEST_CASE(appends_keep_their_order, Stage) {
    Request& first = admit(kOne, writing(append_file(1, 1'000), 0, 10));
    Request& second = admit(kOne, writing(append_file(1, 1'000), 0, 10));
    take(first);
    take_nothing();
    schedule->retire(first);
    take(second);
}

BOOST_FIXTURE_TEST_CASE(an_append_is_ordered_with_reads_behind_the_old_end_only, Stage) {
    Request& append = admit(kOne, writing(append_file(1, 1'000), 0, 10));
    Request& behind = admit(kOne, reading(append_file(1, 1'000), 5'000, 1));
    Request& before = admit(kOne, reading(append_file(1, 1'000), 999, 1));
    take(append);
    take(before);
    take_nothing();
    schedule->retire(append);
    take(behind);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(gates)

BOOST_FIXTURE_TEST_CASE(buffered_writes_run_one_at_a_time_in_order, Stage) {
    Request& first = admit(kOne, writing(file(1), 0, 10));
    Request& second = admit(kOne, writing(file(1), 100, 10));
    Request& third = admit(kOne, writing(file(1), 200, 10));
    BOOST_TEST(state_of(second) == State::kHeld);
    take(first);
    take_nothing();
    schedule->retire(first);
    take(second);
    take_nothing();
    schedule->retire(second);
    take(third);
}

BOOST_FIXTURE_TEST_CASE(buffered_writes_of_two_descriptors_run_together, Stage) {
    Request& one = admit(kOne, writing(file(1), 0, 10));
    Request& other = admit(kTwo, writing(file(1), 100, 10));
    take(one);
    take(other);
}

BOOST_FIXTURE_TEST_CASE(a_stream_is_served_one_by_one_in_each_direction, Stage) {
    Request& read = admit(kOne, reading(stream(1), 0, 10));
    Request& next_read = admit(kOne, reading(stream(1), 0, 10));
    Request& write = admit(kOne, writing(stream(1), 0, 10));
    Request& next_write = admit(kOne, writing(stream(1), 0, 10));
    take(read);
    take(write);
    take_nothing();
    schedule->retire(write);
    take(next_write);
    schedule->retire(read);
    take(next_read);
}

// Each of the positioned ones comes before the one ahead of it has gone.
BOOST_FIXTURE_TEST_CASE(one_at_the_own_position_is_not_starved_by_a_stream_of_others, Stage) {
    Request* ahead = &admit(kOne, reading(file(1), 0, 10));
    take(*ahead);
    Request& own = admit(kOne, reading(own_position(1), 0, 10));
    Request& other_own = admit(kOne, reading(own_position(1), 0, 10));
    Request& write = admit(kOne, writing(file(1), 100, 10));
    Request& own_write = admit(kOne, writing(own_position(1), 0, 10));
    take(own);
    take(write);
    for (int i = 0; i < 3; ++i) {
        Request& next = admit(kOne, reading(file(1), 0, 10));
        Request& next_write = admit(kOne, writing(file(1), 200 + 10 * i, 10));
        take(next);
        schedule->retire(*ahead);
        ahead = &next;
        BOOST_TEST(state_of(next_write) == State::kHeld);
    }
    BOOST_TEST(state_of(other_own) == State::kHeld);
    schedule->retire(own);
    take(other_own);
    schedule->retire(write);
    take(own_write);
}

BOOST_FIXTURE_TEST_CASE(one_descriptor_fans_out_up_to_its_share, Stage) {
    std::vector<Request*> reads;
    for (uint32_t i = 0; i < kLaneFanOut + 3; ++i) {
        reads.push_back(&admit(kOne, i % 2 == 0 ? reading(file(1), 0, 10)
                                                : writing(direct_file(1), 100 + i * 10, 10)));
    }
    Request& other = admit(kTwo, reading(file(1), 0, 10));
    for (uint32_t i = 0; i < kLaneFanOut; ++i) {
        take(*reads[i]);
    }
    take(other);
    take_nothing();
    schedule->retire(*reads[7]);
    take(*reads[kLaneFanOut]);
    take_nothing();
    schedule->retire(*reads[3]);
    BOOST_TEST(state_of(*reads[kLaneFanOut + 1]) == State::kReady);
    BOOST_TEST(state_of(*reads[kLaneFanOut + 2]) == State::kHeld);
}

BOOST_FIXTURE_TEST_CASE(who_waits_for_bytes_takes_up_no_share, Stage) {
    Request& write = admit(kOne, writing(file(1), 0, 10));
    for (uint32_t i = 0; i < kLaneFanOut; ++i) {
        BOOST_TEST(state_of(admit(kOne, reading(file(1), 0, 10))) == State::kBlocked);
    }
    BOOST_TEST(state_of(admit(kOne, reading(file(1), 100, 10))) == State::kReady);
    take(write);
}

// Positioned reads of a file may still run when their number is closed and stands for a pipe.
BOOST_FIXTURE_TEST_CASE(a_stream_behind_a_file_of_the_same_number_is_served_one_by_one, Stage) {
    Request& old_one = admit(kOne, reading(file(1), 0, 10));
    Request& old_other = admit(kOne, reading(file(1), 10, 10));
    take(old_one);
    take(old_other);
    Request& first = admit(kOne, reading(stream(2), 0, 10));
    Request& second = admit(kOne, reading(stream(2), 0, 10));
    schedule->retire(old_one);
    schedule->retire(old_other);
    take(first);
    BOOST_TEST(state_of(second) == State::kHeld);
    take_nothing();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(priority)

BOOST_FIXTURE_TEST_CASE(the_more_urgent_goes_first, Stage) {
    Request& low = admit(kOne, reading(file(1), 0, 10, kPriorityMin));
    Request& middle = admit(kTwo, reading(file(2), 0, 10, 0));
    Request& high = admit(kOne, reading(file(1), 0, 10, kPriorityMax));
    take(high);
    take(middle);
    take(low);
}

BOOST_FIXTURE_TEST_CASE(equals_go_first_come_first_served, Stage) {
    std::vector<Request*> reads;
    for (int i = 0; i < 10; ++i) {
        reads.push_back(&admit(i % 2, reading(file(1), 0, 10, 5)));
    }
    for (Request* read : reads) {
        take(*read);
    }
}

BOOST_FIXTURE_TEST_CASE(an_urgent_newcomer_overtakes_one_that_is_ready, Stage) {
    Request& low = admit(kOne, writing(direct_file(1), 0, 10, 0));
    BOOST_TEST(state_of(low) == State::kReady);
    Request& high = admit(kOne, writing(direct_file(1), 5, 10, 7));
    BOOST_TEST(state_of(low) == State::kBlocked);
    take(high);
    take_nothing();
    schedule->retire(high);
    take(low);
}

BOOST_FIXTURE_TEST_CASE(an_urgent_newcomer_waits_for_what_runs, Stage) {
    Request& low = admit(kOne, writing(direct_file(1), 0, 10, 0));
    take(low);
    Request& high = admit(kOne, reading(direct_file(1), 5, 10, 7));
    Request& lower = admit(kOne, writing(direct_file(1), 5, 10, -3));
    take_nothing();
    schedule->retire(low);
    take(high);
    take_nothing();
    schedule->retire(high);
    take(lower);
}

BOOST_FIXTURE_TEST_CASE(an_urgent_newcomer_overtakes_one_that_is_held, Stage) {
    Request& running = admit(kOne, writing(file(1), 0, 10));
    take(running);
    Request& held = admit(kOne, writing(file(1), 100, 10));
    Request& urgent = admit(kOne, reading(file(1), 105, 10, 7));
    BOOST_TEST(state_of(held) == State::kBlocked);
    take(urgent);
    schedule->retire(running);
    take_nothing();
    schedule->retire(urgent);
    take(held);
}

BOOST_FIXTURE_TEST_CASE(the_place_of_one_that_stepped_back_is_given_on, Stage) {
    Request& first = admit(kOne, writing(file(1), 0, 10));
    Request& second = admit(kOne, writing(file(1), 100, 10));
    Request& urgent = admit(kOne, reading(file(1), 0, 10, 7));
    BOOST_TEST(state_of(first) == State::kBlocked);
    BOOST_TEST(state_of(second) == State::kReady);
    take(urgent);
    schedule->retire(urgent);
    take(first);  // earlier in queue order than the second, which had not been taken
    BOOST_TEST(state_of(second) == State::kHeld);
}

BOOST_FIXTURE_TEST_CASE(a_gate_for_one_is_in_queue_order, Stage) {
    Request& running = admit(kOne, writing(file(1), 0, 10));
    take(running);
    Request& low = admit(kOne, writing(file(1), 100, 10, -5));
    Request& middle = admit(kOne, writing(file(1), 200, 10, 0));
    Request& high = admit(kOne, writing(file(1), 300, 10, 5));
    schedule->retire(running);
    take(high);
    schedule->retire(high);
    Request& late = admit(kOne, writing(file(1), 400, 10, 9));
    BOOST_TEST(state_of(middle) == State::kHeld);
    take(late);
    schedule->retire(late);
    take(middle);
    schedule->retire(middle);
    take(low);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace uaio
