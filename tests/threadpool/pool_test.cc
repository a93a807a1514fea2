// Pool: when threads come, how they look, when they leave, and no look at the queue that is missed.
//
// Method. Jobs that wait for the test hold their threads in a known place; the pool's own events
// say when something has happened. Failures are in pool_failures_test.cc, and what may go wrong
// only now and then in pool_stress_test.cc.
#define BOOST_TEST_MODULE pool
#include "threadpool/pool.h"

#include <pthread.h>
#include <signal.h>

#include <array>
#include <barrier>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/bell.h"
#include "tests/threadpool/crew.h"
#include "tests/threadpool/held_jobs.h"

namespace uaio::test {
namespace {

constexpr bool kHasNames = UAIO_TEST_HAS_THREAD_NAMES;

// --- starting ---------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(no_thread_comes_before_there_is_work) {
    Crew& crew = Crew::hire({.threads_max = 3});
    BOOST_TEST(crew.pool.threads() == 0u);
    BOOST_TEST(crew.started.load() == 0u);
}

BOOST_AUTO_TEST_CASE(threads_come_on_demand_up_to_the_maximum) {
    constexpr unsigned kMax = 3;
    Crew& crew = Crew::hire({.threads_max = kMax, .idle_ns = Crew::kForEverNs});
    HeldJobs held;
    for (unsigned thread = 1; thread <= kMax; ++thread) {
        occupy(crew, held, 1);
        BOOST_TEST(crew.pool.threads() == thread);
        BOOST_TEST(crew.pool.busy() == thread);
    }
    crew.post(held.add());
    crew.post(held.add());
    BOOST_TEST(crew.pool.threads() == kMax);
    BOOST_TEST(held.entered.waiting() == 0);
    held.release(kMax + 2);
    crew.dismiss();
    BOOST_TEST(held.runs() == kMax + 2);
    BOOST_TEST(crew.started.load() == kMax);
    BOOST_TEST(crew.inside_seen.load() == kMax);
    BOOST_TEST(crew.pool.busy() == 0u);
}

BOOST_AUTO_TEST_CASE(while_a_thread_is_about_to_look_for_more_no_other_is_started) {
    Crew& crew = Crew::hire({.threads_max = 4});
    Bell searching;
    Bell go_on;
    crew.at_search = [&] {
        searching.ring();
        go_on.wait();
    };
    std::deque<Job> jobs(3);
    crew.post(jobs[0]);
    searching.wait();
    crew.post(jobs[1]);
    crew.post(jobs[2]);
    BOOST_TEST(crew.pool.threads() == 1u);
    for (size_t i = 0; i < 100 * jobs.size(); ++i) {
        go_on.ring();
    }
    crew.wait_until_gone();
    for (Job& job : jobs) {
        BOOST_TEST(job.runs.load() == 1u);
    }
}

// The second thread comes while the first one searches again: both do, and the word counts both.
BOOST_AUTO_TEST_CASE(who_searches_again_and_finds_more_wakes_another) {
    constexpr unsigned kThreads = 2;
    Crew& crew = Crew::hire({.threads_max = kThreads});
    Bell searching;
    Bell go_on;
    crew.at_search = [&] {
        searching.ring();
        go_on.wait();
    };
    Job first;
    crew.post(first);
    searching.wait();
    HeldJobs held;
    crew.post(held.add());
    crew.post(held.add());
    go_on.ring();
    held.entered.wait(kThreads);  // at the same time
    for (int i = 0; i < 100; ++i) {
        go_on.ring();
    }
    held.release(kThreads);
    crew.wait_until_gone();
    BOOST_TEST(crew.inside_seen.load() == kThreads);
}

// The first thread is held before its first look at the queue.
BOOST_AUTO_TEST_CASE(while_a_thread_searches_no_other_is_started) {
    constexpr int kJobs = 5;
    Crew& crew = Crew::hire({.threads_max = kJobs});
    Bell begun;
    Bell go_on;
    crew.at_begin = [&] {
        begun.ring();
        go_on.wait();
    };
    std::deque<Job> jobs(kJobs);
    for (Job& job : jobs) {
        crew.post(job);
    }
    begun.wait();
    BOOST_TEST(crew.pool.threads() == 1u);
    BOOST_TEST(crew.started.load() == 1u);
    for (int bell = 0; bell < 100 * kJobs; ++bell) {
        go_on.ring();
    }
    crew.wait_until_gone();
    for (Job& job : jobs) {
        BOOST_TEST(job.runs.load() == 1u);
    }
}

// Each job waits for all the others, and nobody is told of more than the first.
BOOST_AUTO_TEST_CASE(who_finds_work_sends_for_help_with_the_rest) {
    constexpr int kJobs = 4;
    Crew& crew = Crew::hire({.threads_max = kJobs});
    std::barrier together(kJobs);
    std::deque<Job> jobs;
    for (int job = 0; job < kJobs; ++job) {
        crew.put(jobs.emplace_back([&] { together.arrive_and_wait(); }));
    }
    BOOST_TEST(crew.pool.notify());
    crew.wait_until_gone();
    BOOST_TEST(crew.inside_seen.load() == static_cast<unsigned>(kJobs));
}

BOOST_AUTO_TEST_CASE(a_raised_maximum_lets_more_threads_come) {
    Crew& crew = Crew::hire({.threads_max = 1});
    HeldJobs held;
    occupy(crew, held, 1);
    crew.post(held.add());
    BOOST_TEST(crew.pool.threads() == 1u);
    crew.pool.set_threads_max(2);
    BOOST_TEST(crew.pool.notify());
    held.entered.wait();
    BOOST_TEST(crew.pool.threads() == 2u);
    held.release(2);
    crew.wait_until_gone();
}

// --- looking once more ------------------------------------------------------------------------

// Calls a hook's function the first time only.
std::function<void()> once(std::function<void()> function) {
    return [function, called = std::make_shared<std::atomic<bool>>(false)] {
        if (!called->exchange(true)) {
            function();
        }
    };
}

// The job comes when its only thread has found nothing more, and counts as busy.
BOOST_AUTO_TEST_CASE(a_busy_thread_looks_before_it_sleeps) {
    Crew& crew = Crew::hire({.threads_max = 1, .idle_ns = Crew::kForEverNs});
    Job first;
    Job late;
    crew.at_end = once([&] { crew.post(late); });
    crew.post(first);
    crew.wait_for([&] { return late.runs == 1; });
    BOOST_TEST(crew.started.load() == 1u);
    crew.dismiss();
}

// The job comes when its only thread has found nothing at all, and counts as searching.
BOOST_AUTO_TEST_CASE(a_searching_thread_looks_before_it_sleeps) {
    Crew& crew = Crew::hire({.threads_max = 1, .idle_ns = Crew::kForEverNs});
    Job late;
    crew.at_end = once([&] { crew.post(late); });
    BOOST_TEST(crew.pool.notify());
    crew.wait_for([&] { return late.runs == 1; });
    BOOST_TEST(crew.started.load() == 1u);
    crew.dismiss();
}

// The job comes when its only thread has looked for the last time before it sleeps or leaves.
BOOST_AUTO_TEST_CASE(a_thread_that_is_about_to_sleep_is_woken) {
    for (int64_t idle_ns : {int64_t{0}, Crew::kForEverNs}) {
        Crew& crew = Crew::hire({.threads_max = 1, .idle_ns = idle_ns});
        Job late;
        crew.at_look = once([&] { crew.post(late); });
        BOOST_TEST(crew.pool.notify());
        crew.wait_for([&] { return late.runs == 1; });
        BOOST_TEST(crew.started.load() == 1u);
        BOOST_TEST(crew.woken.load() >= 1u);
        crew.dismiss();
    }
}

// --- threads ----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(threads_have_every_signal_blocked) {
    Crew& crew = Crew::hire({});
    int open = -1;
    Job job([&] {
        sigset_t mask;
        sigset_t all;
        pthread_sigmask(SIG_SETMASK, nullptr, &mask);
        sigfillset(&all);
        open = 0;
        for (int number = 1; number <= SIGRTMAX; ++number) {
            bool blockable = number != SIGKILL && number != SIGSTOP;
            open += blockable && sigismember(&all, number) != sigismember(&mask, number);
        }
    });
    crew.post(job);
    crew.wait_until_gone();
    BOOST_TEST(open == 0);
}

BOOST_AUTO_TEST_CASE(threads_are_named_and_numbered) {
    constexpr unsigned kThreads = 3;
    Crew& crew = Crew::hire({.threads_max = kThreads});
    std::array<std::string, kThreads> names;
    std::barrier together(kThreads);
    std::deque<Job> jobs;
    for (std::string& name : names) {
        crew.post(jobs.emplace_back([&] {
            char text[16] = {};
            pthread_getname_np(pthread_self(), text, sizeof text);
            name = text;
            together.arrive_and_wait();
        }));
    }
    crew.wait_until_gone();
    std::set<std::string> all(names.begin(), names.end());
    std::set<std::string> expected = {"uaio-w0", "uaio-w1", "uaio-w2"};
    BOOST_TEST((all == expected) == kHasNames);
}

BOOST_AUTO_TEST_CASE(threads_have_the_stack_that_the_owner_wants) {
    for (size_t wanted : {kStackBytes, 8 * kStackBytes}) {
        Crew& crew = Crew::hire({.stack_bytes = wanted});
        size_t bytes = 0;
        Job job([&] {
            pthread_attr_t attributes;
            if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
                pthread_attr_getstacksize(&attributes, &bytes);
                pthread_attr_destroy(&attributes);
            }
        });
        crew.post(job);
        crew.wait_until_gone();
        BOOST_TEST(bytes >= wanted);
        BOOST_TEST(bytes < wanted + 4 * kStackBytes);
    }
}

// --- leaving ----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(without_idle_time_threads_leave_and_come_anew) {
    constexpr unsigned kRounds = 20;
    Crew& crew = Crew::hire({.threads_max = 2, .idle_ns = 0});
    for (unsigned round = 1; round <= kRounds; ++round) {
        Job job;
        crew.post(job);
        crew.wait_until_gone();
        BOOST_TEST(job.runs.load() == 1u);
        BOOST_TEST(crew.pool.threads() == 0u);
        BOOST_TEST(crew.left.load() == round);
    }
}

BOOST_AUTO_TEST_CASE(an_idle_thread_stays_for_its_time) {
    constexpr int64_t kIdleNs = 20 * kNsPerMs;
    Crew& crew = Crew::hire({.idle_ns = kIdleNs});
    int64_t done_ns = 0;
    Job job([&] { done_ns = now_ns(); });
    crew.post(job);
    crew.wait_until_gone();
    BOOST_TEST(crew.left_ns.load() >= done_ns + kIdleNs);
}

BOOST_AUTO_TEST_CASE(a_shortened_idle_time_holds_from_the_next_sleep) {
    Crew& crew = Crew::hire({.idle_ns = Crew::kForEverNs});
    Job first;
    crew.post(first);
    crew.wait_for([&] { return first.runs == 1; });
    crew.pool.set_idle_ns(0);
    Job next;
    crew.post(next);
    crew.wait_until_gone();
    BOOST_TEST(next.runs.load() == 1u);
}

BOOST_AUTO_TEST_CASE(an_idle_thread_is_woken_for_the_next_work) {
    constexpr unsigned kWakeUps = 200;
    Crew& crew = Crew::hire({.threads_max = 2, .idle_ns = Crew::kForEverNs});
    while (crew.woken < kWakeUps) {
        Job job;
        Bell bell;
        job.bell = &bell;
        crew.post(job);
        bell.wait();
    }
    BOOST_TEST(crew.started.load() <= 2u);
    BOOST_TEST(crew.left.load() == 0u);
    crew.dismiss();
    BOOST_TEST(crew.pool.threads() == 0u);
    BOOST_TEST(crew.left.load() == crew.started.load());
}

BOOST_AUTO_TEST_CASE(a_lowered_maximum_makes_the_surplus_leave) {
    constexpr unsigned kBefore = 4;
    constexpr unsigned kAfter = 2;
    Crew& crew = Crew::hire({.threads_max = kBefore, .idle_ns = Crew::kForEverNs});
    HeldJobs held;
    occupy(crew, held, kBefore);
    crew.pool.set_threads_max(kAfter);
    BOOST_TEST(crew.pool.threads() == kBefore);
    held.release(kBefore);
    crew.wait_for([&] { return crew.left >= kBefore - kAfter; });
    BOOST_TEST(crew.pool.threads() <= kAfter);
    occupy(crew, held, kAfter);
    crew.post(held.add());
    BOOST_TEST(crew.pool.threads() == kAfter);
    held.release(kAfter + 1);
    crew.wait_for([&] { return held.runs() == kBefore + kAfter + 1; });
    crew.dismiss();
}

}  // namespace
}  // namespace uaio::test
