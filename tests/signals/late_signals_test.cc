// LateSignals: signals for which the queue had no room arrive when it has, oldest first, or are
// given up and counted.
// Method: close the queue of signals by its limit; make the notifier's calls by hand, in a thread.
#define BOOST_TEST_MODULE late_signals
#include "signals/late_signals.h"

#include <errno.h>

#include <atomic>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "signals/notifier.h"
#include "tests/signals/events.h"
#include "tests/support/bell.h"
#include "tests/support/signals.h"
#include "threadpool/base/signal_block.h"

namespace uaio::test {
namespace {

std::atomic<int> summons{0};
std::atomic<int> delivered{0};
std::atomic<int> given_up{0};
Bell settled;

struct Surroundings {
    Surroundings() {
        block_realtime_signals();
        notifier.set_summon([] { ++summons; });
        late_signals.set_observer([](bool success) {
            ++(success ? delivered : given_up);
            settled.ring();
        });
    }
};
BOOST_TEST_GLOBAL_FIXTURE(Surroundings);

struct Counts {
    Counts() { summons = delivered = given_up = 0; }
};

void owe(int number) {
    Notice notice;
    BOOST_TEST(prepare_notice(event_of(SIGEV_SIGNAL, SIGRTMIN, number_value(number)), notice) == 0);
    BOOST_TEST(late_signals.owe(notice) == 0);
}

// Begins as a worker does, and makes the one call that is owed then in a thread of its own.
std::thread retry() {
    BOOST_TEST(late_signals.waiting());
    BOOST_TEST(!notifier.pending());
    late_signals.begin();
    BOOST_TEST(!late_signals.waiting());
    Due due;
    SignalBlock block;
    BOOST_TEST_REQUIRE(notifier.next(due));
    BOOST_TEST(!notifier.pending());
    return std::thread([due] { Notifier::make(due); });
}

BOOST_FIXTURE_TEST_CASE(late_signals_arrive_in_order_when_there_is_room, Counts) {
    constexpr int kSignals = 5;
    BlockedSignal blocked(SIGRTMIN);
    std::thread retrying;
    {
        FullSignalQueue full;
        for (int number = 0; number < kSignals; ++number) {
            owe(number);
        }
        BOOST_TEST(summons.load() == 0);
        retrying = retry();
        BOOST_TEST(summons.load() == 1);
        BOOST_TEST(!blocked.pending());
    }
    for (int number = 0; number < kSignals; ++number) {
        BOOST_TEST(blocked.wait().si_value.sival_int == number);
    }
    retrying.join();
    BOOST_TEST(delivered.load() == kSignals);
    BOOST_TEST(given_up.load() == 0);
}

BOOST_FIXTURE_TEST_CASE(when_all_have_arrived_the_next_begins_anew, Counts) {
    BlockedSignal blocked(SIGRTMIN);
    for (int round = 1; round <= 3; ++round) {
        owe(round);
        retry().join();
        BOOST_TEST(summons.load() == round);
        BOOST_TEST(blocked.wait().si_value.sival_int == round);
        BOOST_TEST(!notifier.pending());
    }
    BOOST_TEST(delivered.load() == 3);
}

BOOST_FIXTURE_TEST_CASE(a_signal_that_no_time_will_help_is_given_up_at_once, Counts) {
    Notice notice;
    BOOST_TEST(prepare_notice(event_of(SIGEV_SIGNAL, SIGRTMAX + 1, number_value(0)), notice) == 0);
    BOOST_TEST(late_signals.owe(notice) == 0);
    retry().join();
    BOOST_TEST(given_up.load() == 1);
    BOOST_TEST(delivered.load() == 0);
}

BOOST_FIXTURE_TEST_CASE(a_signal_that_finds_no_room_in_time_is_given_up, Counts) {
    BlockedSignal blocked(SIGRTMIN);
    int64_t start = now_ns();
    FullSignalQueue full;
    owe(1);
    retry().join();
    BOOST_TEST(now_ns() >= start + LateSignals::kGiveUpMs * kNsPerMs);
    BOOST_TEST(given_up.load() == 1);
    BOOST_TEST(delivered.load() == 0);
    BOOST_TEST(!blocked.pending());
}

BOOST_FIXTURE_TEST_CASE(who_comes_while_it_is_tried_again_need_not_begin, Counts) {
    BlockedSignal blocked(SIGRTMIN);
    std::thread retrying;
    {
        FullSignalQueue full;
        owe(1);
        retrying = retry();
        owe(2);
        BOOST_TEST(!late_signals.waiting());
        late_signals.begin();
        BOOST_TEST(!notifier.pending());
    }
    BOOST_TEST(blocked.wait().si_value.sival_int == 1);
    BOOST_TEST(blocked.wait().si_value.sival_int == 2);
    retrying.join();
    BOOST_TEST(delivered.load() == 2);
}

BOOST_FIXTURE_TEST_CASE(without_a_thread_what_finds_no_room_is_given_up, Counts) {
    BlockedSignal blocked(SIGRTMIN);
    notifier.set_ensure([] { return false; });
    {
        FullSignalQueue full;
        owe(1);
        late_signals.begin();
        BOOST_TEST(given_up.load() == 1);
    }
    owe(2);
    late_signals.begin();
    BOOST_TEST(blocked.wait().si_value.sival_int == 2);
    BOOST_TEST(delivered.load() == 1);
    BOOST_TEST(!late_signals.waiting());
    BOOST_TEST(!notifier.pending());
    BOOST_TEST(calls_taken() == 0u);
    notifier.set_ensure(nullptr);
}

BOOST_FIXTURE_TEST_CASE(who_may_not_have_a_thread_tries_again_itself, Counts) {
    BlockedSignal blocked(SIGRTMIN);
    owe(1);
    late_signals.retry_here();
    BOOST_TEST(blocked.wait().si_value.sival_int == 1);
    BOOST_TEST(delivered.load() == 1);
    BOOST_TEST(!late_signals.waiting());
    BOOST_TEST(!notifier.pending());
    late_signals.retry_here();
    BOOST_TEST(delivered.load() == 1);
}

BOOST_FIXTURE_TEST_CASE(after_a_reset_nothing_is_late, Counts) {
    BlockedSignal blocked(SIGRTMIN);
    owe(1);
    late_signals.reset();
    notifier.reset();
    BOOST_TEST(!late_signals.waiting());
    owe(2);
    retry().join();
    BOOST_TEST(blocked.wait().si_value.sival_int == 2);
    BOOST_TEST(!blocked.pending());
    BOOST_TEST(delivered.load() == 1);
}

}  // namespace
}  // namespace uaio::test
