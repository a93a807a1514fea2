// Pool: threads that are refused or ended by their work, and notifiers that are interrupted.
//
// Method. This program's pthread_create fails when told to, and a signal is raised in the first
// step of starting a thread; jobs end their threads; hooks in the crew and in the refusal bring
// about each meeting of two threads on purpose.
#define BOOST_TEST_MODULE pool_failures
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>

#include <atomic>
#include <barrier>
#include <deque>
#include <functional>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/support/bell.h"
#include "tests/support/signals.h"
#include "tests/threadpool/at_start.h"
#include "tests/threadpool/base/sanitizer.h"
#include "tests/threadpool/crew.h"
#include "tests/threadpool/held_jobs.h"
#include "tests/threadpool/refused_threads.h"
#include "threadpool/pool.h"

namespace uaio::test {
namespace {

// More than any address space: the C library asks the system for it and is refused.
// More than there are addresses, though no more than may be asked for: half of 32 bits is there.
constexpr size_t kImpossibleBytes = sizeof(size_t) > 4 ? SIZE_MAX / 4 + 1 : SIZE_MAX / 8 * 7;

// --- threads that work has ended --------------------------------------------------------------

BOOST_AUTO_TEST_CASE(another_thread_takes_the_place_of_one_that_work_has_ended) {
    Crew& crew =
        Crew::hire({.idle_ns = Crew::kForEverNs, .stack_bytes = 0, .runs_program_code = true});
    Bell entered;
    Bell let_go;
    Job last_work([&] {
        entered.ring();
        let_go.wait();
        pthread_exit(nullptr);
    });
    Job next_work;
    crew.post(last_work);
    entered.wait();
    crew.post(next_work);
    BOOST_TEST(crew.started.load() == 1u);
    let_go.ring();
    crew.wait_for([&] { return next_work.runs == 1 && crew.left == 1 && crew.started == 2; });
    BOOST_TEST(crew.pool.threads() == 1u);
    crew.dismiss();
    BOOST_TEST(crew.left.load() == 2u);
}

BOOST_AUTO_TEST_CASE(threads_that_work_has_ended_are_not_counted) {
    constexpr unsigned kThreads = 3;
    Crew& crew = Crew::hire({.threads_max = kThreads,
                             .idle_ns = Crew::kForEverNs,
                             .stack_bytes = 0,
                             .runs_program_code = true});
    std::barrier together(kThreads);
    std::deque<Job> jobs;
    for (unsigned thread = 0; thread < kThreads; ++thread) {
        crew.post(jobs.emplace_back([&] {
            together.arrive_and_wait();
            pthread_exit(nullptr);
        }));
    }
    crew.wait_until_gone();
    BOOST_TEST(crew.left.load() == kThreads);
    HeldJobs held;
    occupy(crew, held, kThreads);
    BOOST_TEST(crew.pool.threads() == kThreads);
    held.release(kThreads);
    crew.wait_for([&] { return held.runs() == kThreads; });
    crew.dismiss();
}

// A crew with one thread, which is needed. No other can be had.
struct LastThread {
    LastThread()
        : crew(Crew::hire(
              {.idle_ns = Crew::kForEverNs, .stack_bytes = 0, .runs_program_code = true})),
          refused(1) {
        crew.at_begin = [this] { began.ring(); };
        crew.at_need = [this] { return need.load(); };
        BOOST_TEST_REQUIRE(crew.pool.ensure());
        began.wait();
    }

    // Does the work, which ends the thread, and waits until the pool has refused to let it go.
    void end_by(std::function<void()> work) {
        unsigned before = crew.refused;
        Job last_work([&] {
            thread = thread_number();
            work();
            pthread_exit(nullptr);
        });
        crew.put(last_work);
        crew.pool.notify();
        crew.wait_for([&] { return crew.left == 1 || crew.refused > before; });
        BOOST_TEST_REQUIRE(crew.left.load() == 0u);
        began.wait();
    }

    Crew& crew;
    RefusedThreads refused;
    Bell began;
    std::atomic<bool> need{true};
    std::atomic<int> thread{0};
};

// More often than the system repeats the destructors of one end; a sanitizer forgets a thread when
// it has seen them that often.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr int kEnds = 2;
#else
constexpr int kEnds = PTHREAD_DESTRUCTOR_ITERATIONS + 1;
#endif

BOOST_AUTO_TEST_CASE(a_needed_thread_that_work_has_ended_lives_on_if_no_other_can_be_had) {
    LastThread last;
    for (int end = 0; end < kEnds; ++end) {
        last.end_by([] {});
        int served_by = 0;
        Job promised([&] { served_by = thread_number(); });
        last.crew.put(promised);
        BOOST_TEST(last.crew.pool.notify());
        last.crew.wait_for([&] { return promised.runs == 1; });
        BOOST_TEST(served_by == last.thread.load());
        BOOST_TEST(last.crew.pool.threads() == 1u);
    }
    BOOST_TEST(last.crew.started.load() == 1u);
    last.need = false;
    last.crew.dismiss();
    BOOST_TEST(last.crew.left.load() == 1u);
}

BOOST_AUTO_TEST_CASE(a_thread_that_lives_on_has_all_signals_blocked) {
    LastThread last;
    last.end_by([] {
        sigset_t none;
        sigemptyset(&none);
        pthread_sigmask(SIG_SETMASK, &none, nullptr);
    });
    bool blocked = false;
    Job next_work([&] {
        sigset_t mask;
        pthread_sigmask(SIG_SETMASK, nullptr, &mask);
        blocked = sigismember(&mask, SIGUSR1) == 1;
    });
    last.crew.post(next_work);
    last.crew.wait_for([&] { return next_work.runs == 1; });
    BOOST_TEST(blocked);
    last.need = false;
    last.crew.dismiss();
}

// --- no threads to be had ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(without_any_thread_notify_says_so) {
    Crew& crew = Crew::hire({.threads_max = 2, .stack_bytes = kImpossibleBytes});
    for (unsigned round = 1; round <= 3; ++round) {
        Job job;
        crew.put(job);
        BOOST_TEST(!crew.pool.notify());
        BOOST_TEST(crew.pool.threads() == 0u);
        BOOST_TEST(crew.refused.load() == round);
        BOOST_TEST(job.runs.load() == 0u);
        crew.do_all();
        BOOST_TEST(job.runs.load() == 1u);
    }
    BOOST_TEST(crew.started.load() == 0u);
}

BOOST_AUTO_TEST_CASE(a_thread_that_is_busy_makes_up_for_one_that_is_refused) {
    Crew& crew = Crew::hire({.threads_max = 3});
    HeldJobs held;
    occupy(crew, held, 1);
    {
        RefusedThreads refused;
        Job& second = held.add();
        crew.put(second);
        BOOST_TEST(crew.pool.notify());
        BOOST_TEST(crew.pool.threads() == 1u);
        BOOST_TEST(crew.refused.load() == 1u);
    }
    held.release(2);
    crew.wait_until_gone();
    BOOST_TEST(held.runs() == 2u);
}

BOOST_AUTO_TEST_CASE(a_pool_that_was_refused_tries_again) {
    Crew& crew = Crew::hire({});
    Job job;
    {
        RefusedThreads refused;
        crew.put(job);
        BOOST_TEST(!crew.pool.notify());
    }
    BOOST_TEST(crew.pool.notify());
    crew.wait_until_gone();
    BOOST_TEST(job.runs.load() == 1u);
    BOOST_TEST(crew.started.load() == 1u);
}

// Others that saw a thread on its way have relied on it; it is refused, and there is no other.
BOOST_AUTO_TEST_CASE(who_is_refused_answers_for_those_who_relied_on_it) {
    Crew& crew = Crew::hire({});
    Job others;
    bool relied = false;
    {
        RefusedThreads refused;
        refused.set_meanwhile([&] {
            crew.put(others);
            relied = crew.pool.notify();
        });
        BOOST_TEST(!crew.pool.notify());
    }
    BOOST_TEST(relied);
    crew.do_all();
    BOOST_TEST(others.runs.load() == 1u);
}

// The same, but meanwhile a busy thread has come to rest: now it must be woken for those others.
BOOST_AUTO_TEST_CASE(who_is_refused_wakes_a_thread_that_has_come_to_rest) {
    Crew& crew = Crew::hire({.threads_max = 2, .idle_ns = Crew::kForEverNs});
    HeldJobs held;
    occupy(crew, held, 1);
    Bell rested;
    crew.at_look = [&] { rested.ring(); };
    Job others;
    {
        RefusedThreads refused(0, 1);
        refused.set_meanwhile([&] {
            held.release(1);
            rested.wait();
            crew.put(others);
            crew.pool.notify();
        });
        BOOST_TEST(crew.pool.notify());
    }
    crew.wait_for([&] { return others.runs == 1; });
    BOOST_TEST(crew.started.load() == 1u);
    crew.dismiss();
}

// --- signals ----------------------------------------------------------------------------------

// Another thread, which the handler tells to post a job and then waits for.
struct Other {
    static void wait_for(int, siginfo_t*, void*) {
        asked->go_on.ring();
        asked->done.wait();
    }

    static inline Other* asked = nullptr;

    Bell go_on;
    Bell done;
    Job job;
};

const WithoutThreadSanitizer signals_in_time("ThreadSanitizer delays signals");

// The other's notify() may see a thread on its way, which is not there before the handler returns.
BOOST_AUTO_TEST_CASE(a_handler_may_wait_for_others_in_the_middle_of_notify,
                     *boost::unit_test::precondition(signals_in_time)) {
    Crew& crew = Crew::hire({.threads_max = 2});
    Other other;
    other.job.bell = &other.done;
    Other::asked = &other;
    std::thread thread;
    {
        BlockedSignal blocked(SIGUSR1);
        thread = std::thread([&] {
            other.go_on.wait();
            crew.post(other.job);
        });
    }
    SignalHandler handler(SIGUSR1, Other::wait_for);
    Job job;
    std::function<void()> strike = [] { raise(SIGUSR1); };
    at_start = &strike;
    crew.post(job);
    BOOST_TEST(at_start.load() == nullptr);
    thread.join();
    crew.wait_until_gone();
    BOOST_TEST(job.runs.load() == 1u);
    BOOST_TEST(other.job.runs.load() == 1u);
}

}  // namespace
}  // namespace uaio::test
