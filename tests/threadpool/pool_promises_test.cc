// Pool: a thread that is free, promised before there is work for it: who ensures it, keeps it, and
// wakes it without starting one.
//
// Method. The first step of starting a thread waits, or threads are refused; hooks in the crew
// bring about each meeting of two threads on purpose.
#define BOOST_TEST_MODULE pool_promises
#include <sched.h>
#include <stdint.h>

#include <atomic>
#include <functional>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/storm/tasks.h"
#include "tests/support/bell.h"
#include "tests/support/signals.h"
#include "tests/threadpool/at_start.h"
#include "tests/threadpool/crew.h"
#include "tests/threadpool/held_jobs.h"
#include "tests/threadpool/refused_threads.h"
#include "threadpool/pool.h"

namespace uaio::test {
namespace {

// More than any address space: the C library asks the system for it and is refused.
// More than there are addresses, though no more than may be asked for: half of 32 bits is there.
constexpr size_t kImpossibleBytes = sizeof(size_t) > 4 ? SIZE_MAX / 4 + 1 : SIZE_MAX / 8 * 7;

BOOST_AUTO_TEST_CASE(a_thread_can_be_had_before_there_is_work) {
    Crew& crew = Crew::hire({.threads_max = 2, .idle_ns = Crew::kForEverNs});
    BOOST_TEST(crew.pool.ensure());
    BOOST_TEST(crew.pool.threads() == 1u);
    BOOST_TEST(crew.pool.ensure());
    BOOST_TEST(crew.started.load() == 1u);
    crew.dismiss();
}

BOOST_AUTO_TEST_CASE(a_thread_that_cannot_be_had_is_not_promised) {
    Crew& crew = Crew::hire({.stack_bytes = kImpossibleBytes});
    BOOST_TEST(!crew.pool.ensure());
    BOOST_TEST(crew.pool.threads() == 0u);
    BOOST_TEST(crew.refused.load() == 1u);
}

// What ensure() says that is called while another thread is inside the start of one.
bool ensure_during_a_start(Crew& crew) {
    Bell inside;
    Bell go_on;
    std::function<void()> hold = [&] {
        inside.ring();
        go_on.wait();
    };
    at_start = &hold;
    std::thread starter([&] { crew.pool.notify(); });
    inside.wait();
    std::atomic<int> asker_number{0};
    std::atomic<bool> answered{false};
    bool answer = false;
    std::thread asker([&] {
        asker_number = thread_number();
        answer = crew.pool.ensure();
        answered = true;
    });
    while (!answered && (asker_number == 0 || !is_asleep(asker_number))) {
        sched_yield();
    }
    BOOST_TEST(!answered.load());
    go_on.ring();
    starter.join();
    asker.join();
    return answer;
}

BOOST_AUTO_TEST_CASE(a_thread_that_another_is_about_to_start_is_waited_for) {
    Crew& crew = Crew::hire({.threads_max = 2, .idle_ns = Crew::kForEverNs});
    BOOST_TEST(ensure_during_a_start(crew));
    BOOST_TEST(crew.started.load() == 1u);
    crew.dismiss();
}

BOOST_AUTO_TEST_CASE(a_thread_that_another_fails_to_start_is_not_promised) {
    Crew& crew = Crew::hire({.threads_max = 2});
    RefusedThreads refused;
    BOOST_TEST(!ensure_during_a_start(crew));
    BOOST_TEST(crew.refused.load() == 2u);
    BOOST_TEST(crew.pool.threads() == 0u);
}

// Seen asleep many times on end without having asked in between: a thread that goes round and round
// is mostly seen asleep too, because the system takes its time with a deadline that has passed.
BOOST_AUTO_TEST_CASE(a_needed_thread_without_idle_time_sleeps) {
    constexpr int kOnEnd = 100;
    constexpr unsigned kAskedMax = 1000;
    Crew& crew = Crew::hire({.idle_ns = 0});
    std::atomic<unsigned> asked{0};
    std::atomic<bool> need{true};
    std::atomic<int> number{0};
    crew.at_begin = [&] { number = thread_number(); };
    crew.at_need = [&] {
        ++asked;
        return need.load();
    };
    BOOST_TEST(crew.pool.ensure());
    int on_end = 0;
    unsigned before = 0;
    while (on_end < kOnEnd && before < kAskedMax) {
        bool same = asked == before && before > 0;
        before = asked;
        on_end = same && is_asleep(number) ? on_end + 1 : 0;
    }
    BOOST_TEST(on_end == kOnEnd);
    need = false;
    crew.wait_until_gone();
}

BOOST_AUTO_TEST_CASE(a_needed_thread_outstays_its_idle_time) {
    constexpr unsigned kAsked = 5;
    Crew& crew = Crew::hire({.idle_ns = kNsPerMs});
    std::atomic<unsigned> asked{0};
    crew.at_need = [&] { return ++asked <= kAsked; };
    BOOST_TEST(crew.pool.ensure());
    crew.wait_until_gone();
    BOOST_TEST(asked.load() > kAsked);
    BOOST_TEST(crew.started.load() == 1u);
    BOOST_TEST(crew.left_ns.load() > 0);
}

// Asked before it goes and when it has gone: in between somebody has counted on it.
BOOST_AUTO_TEST_CASE(a_thread_that_is_needed_as_it_leaves_comes_back) {
    Crew& crew = Crew::hire({});
    std::atomic<unsigned> asked{0};
    bool was_gone = false;
    crew.at_need = [&] {
        ++asked;
        bool gone_first = crew.pool.threads() == 0 && !was_gone;
        was_gone = was_gone || gone_first;
        return gone_first;
    };
    BOOST_TEST(crew.pool.ensure());
    crew.wait_until_gone();
    BOOST_TEST(was_gone);
    BOOST_TEST(asked.load() >= 4u);
    BOOST_TEST(crew.started.load() == 1u);
    BOOST_TEST(crew.left.load() == 1u);
    Job job;
    crew.post(job);
    crew.wait_until_gone();
    BOOST_TEST(job.runs.load() == 1u);
}

// Also those above the maximum, whose idle time is over at once.
BOOST_AUTO_TEST_CASE(where_one_thread_is_needed_the_others_leave) {
    Crew& crew = Crew::hire({.threads_max = 3});
    std::atomic<bool> need{true};
    crew.at_need = [&] { return need.load(); };
    HeldJobs held;
    occupy(crew, held, 3);
    crew.pool.set_threads_max(1);
    held.release(3);
    crew.wait_for([&] { return crew.left == 2; });
    BOOST_TEST(crew.pool.threads() == 1u);
    need = false;
    crew.wait_until_gone();
    BOOST_TEST(crew.left.load() == 3u);
}

// Its work may last for ever: what comes meanwhile has a thread already.
BOOST_AUTO_TEST_CASE(a_thread_that_is_busy_is_not_promised) {
    Crew& crew = Crew::hire({.threads_max = 3, .idle_ns = Crew::kForEverNs});
    HeldJobs held;
    occupy(crew, held, 1);
    BOOST_TEST(crew.pool.ensure());
    BOOST_TEST(crew.started.load() == 2u);
    BOOST_TEST(crew.pool.ensure());
    BOOST_TEST(crew.started.load() == 2u);
    held.release(1);
    crew.wait_for([&] { return held.runs() == 1; });
    crew.dismiss();
}

BOOST_AUTO_TEST_CASE(where_no_more_may_be_started_a_thread_that_is_busy_will_do) {
    Crew& crew = Crew::hire({.threads_max = 1, .idle_ns = Crew::kForEverNs});
    HeldJobs held;
    occupy(crew, held, 1);
    BOOST_TEST(crew.pool.ensure());
    BOOST_TEST(crew.started.load() == 1u);
    crew.pool.set_threads_max(2);
    {
        RefusedThreads refused;
        BOOST_TEST(crew.pool.ensure());
        BOOST_TEST(refused.calls() == 1);
    }
    BOOST_TEST(crew.pool.ensure());
    BOOST_TEST(crew.started.load() == 2u);
    held.release(1);
    crew.wait_for([&] { return held.runs() == 1; });
    crew.dismiss();
}

// One after the other, each finding the one before at work for long.
BOOST_AUTO_TEST_CASE(a_thread_leaves_another_while_one_is_needed) {
    Crew& crew = Crew::hire({.threads_max = 3,
                             .idle_ns = Crew::kForEverNs,
                             .stack_bytes = 0,
                             .runs_program_code = true});
    std::atomic<bool> need{true};
    crew.at_need = [&] { return need.load(); };
    BOOST_TEST(crew.pool.ensure());
    HeldJobs held;
    for (unsigned busy = 1; busy <= 2; ++busy) {
        crew.put(held.add());
        BOOST_TEST(crew.pool.wake());
        held.entered.wait();
        BOOST_TEST(crew.started.load() == busy + 1);
    }
    need = false;
    crew.put(held.add());
    BOOST_TEST(crew.pool.wake());
    held.entered.wait();
    BOOST_TEST(crew.started.load() == 3u);
    held.release(3);
    crew.wait_for([&] { return held.runs() == 3; });
    crew.dismiss();
}

BOOST_AUTO_TEST_CASE(a_pool_without_threads_cannot_be_woken) {
    Crew& crew = Crew::hire({});
    BOOST_TEST(!crew.pool.wake());
    BOOST_TEST(crew.pool.threads() == 0u);
}

// The second job finds the one thread at work, which looks when it is done.
BOOST_AUTO_TEST_CASE(waking_starts_no_thread) {
    Crew& crew = Crew::hire({.threads_max = 3, .idle_ns = Crew::kForEverNs});
    BOOST_TEST(crew.pool.ensure());
    HeldJobs held;
    for (int job = 0; job < 2; ++job) {
        crew.put(held.add());
        BOOST_TEST(crew.pool.wake());
        if (job == 0) {
            held.entered.wait();
        }
    }
    BOOST_TEST(crew.started.load() == 1u);
    held.release(2);
    crew.wait_for([&] { return held.runs() == 2; });
    BOOST_TEST(crew.started.load() == 1u);
    crew.dismiss();
}

// Whoever wakes relies on a thread that is only being started; it does not come, and the one that
// has come to rest meanwhile is woken instead.
BOOST_AUTO_TEST_CASE(who_is_refused_a_promise_answers_for_those_who_relied_on_it) {
    Crew& crew = Crew::hire({.threads_max = 2, .idle_ns = Crew::kForEverNs});
    std::atomic<bool> at_its_end{false};
    Bell rests;
    crew.at_end = [&] { at_its_end = true; };
    crew.at_look = [&] {
        if (at_its_end.exchange(false)) {
            rests.ring();
        }
    };
    HeldJobs held;
    occupy(crew, held, 1);
    Job others;
    RefusedThreads refused;
    refused.set_meanwhile([&] {
        held.release(1);
        rests.wait();
        crew.put(others);
        BOOST_TEST(crew.pool.wake());
    });
    BOOST_TEST(crew.pool.ensure());
    crew.wait_for([&] { return others.runs == 1; });
    BOOST_TEST(crew.started.load() == 1u);
    crew.dismiss();
}

}  // namespace
}  // namespace uaio::test
