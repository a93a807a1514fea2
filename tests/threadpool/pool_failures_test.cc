// Pool: threads that are refused, ended by their work, promised, or gone because of a fork, and
// notifiers that are interrupted.
//
// Method. This program's pthread_create fails when told to, and its pthread_attr_init, the first
// step of starting a thread, raises a signal; jobs end their threads or fork; hooks in the crew and
// in the refusal bring about each meeting of two threads on purpose.
#define BOOST_TEST_MODULE pool_failures
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <deque>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/support/bell.h"
#include "tests/support/signals.h"
#include "tests/threadpool/base/child.h"
#include "tests/threadpool/base/sanitizer.h"
#include "tests/threadpool/crew.h"
#include "tests/threadpool/held_jobs.h"
#include "tests/threadpool/refused_threads.h"
#include "threadpool/pool.h"

namespace {

std::atomic<bool> strikes{false};  // the next pthread_attr_init raises SIGUSR1

}  // namespace

// The names are the linker's (--wrap).
extern "C" {

int __real_pthread_attr_init(pthread_attr_t* attributes);

int __wrap_pthread_attr_init(pthread_attr_t* attributes) {
    if (strikes.exchange(false)) {
        raise(SIGUSR1);
    }
    return __real_pthread_attr_init(attributes);
}
}

namespace uaio::test {
namespace {

// More than any address space: the C library asks the system for it and is refused.
constexpr size_t kImpossibleBytes = SIZE_MAX / 4 + 1;

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

// --- a promise that there is a thread ---------------------------------------------------------

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

// Asked twice, before it goes and when it has gone: in between somebody has counted on it.
BOOST_AUTO_TEST_CASE(a_thread_that_is_needed_as_it_leaves_comes_back) {
    Crew& crew = Crew::hire({});
    std::atomic<unsigned> asked{0};
    unsigned seen_when_gone = 1;
    crew.at_need = [&] {
        if (++asked == 2) {
            seen_when_gone = crew.pool.threads();
        }
        return asked == 2;
    };
    BOOST_TEST(crew.pool.ensure());
    crew.wait_until_gone();
    BOOST_TEST(seen_when_gone == 0u);
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
    strikes = true;
    crew.post(job);
    BOOST_TEST(!strikes.load());
    thread.join();
    crew.wait_until_gone();
    BOOST_TEST(job.runs.load() == 1u);
    BOOST_TEST(other.job.runs.load() == 1u);
}

// --- fork -------------------------------------------------------------------------------------

const WithoutThreadSanitizer threads_after_fork("ThreadSanitizer starts no thread after a fork");

// Exits with 0 if a thread of the child's own serves it.
void use_pool_in_child(Crew& crew) {
    crew.reset();
    if (crew.pool.threads() != 0) {
        _exit(1);
    }
    Bell bell;
    Job job;
    job.bell = &bell;
    crew.put(job);
    if (!crew.pool.notify()) {
        _exit(2);
    }
    bell.wait();
    crew.wait_until_gone();
    _exit(0);
}

BOOST_AUTO_TEST_CASE(a_forked_child_has_a_pool_without_threads,
                     *boost::unit_test::precondition(threads_after_fork)) {
    Crew& crew = Crew::hire({.threads_max = 2});
    HeldJobs held;
    occupy(crew, held, 2);
    ChildEnd end = run_in_child([&] { use_pool_in_child(crew); });
    BOOST_TEST(end.status == 0);
    BOOST_TEST(crew.pool.threads() == 2u);
    held.release(2);
    crew.wait_until_gone();
}

// Rings when its thread ends.
struct LastWords {
    explicit LastWords(Bell& to_ring) : bell(to_ring) {}
    ~LastWords() { bell.ring(); }
    Bell& bell;
};

// The forking thread goes on in the child, belongs to no pool there, and must leave; the next job
// waits for that and looks at what the pool counts.
void work_on_in_child(Crew& crew) {
    static Bell forker_left;
    static Job job([&crew] {
        forker_left.wait();
        _exit(crew.pool.threads() == 1 ? 0 : 1);
    });
    thread_local LastWords words(forker_left);
    crew.reset();
    crew.post(job);
}

BOOST_AUTO_TEST_CASE(work_may_fork_and_its_thread_leaves_the_childs_pool,
                     *boost::unit_test::precondition(threads_after_fork)) {
    Crew& crew = Crew::hire({.stack_bytes = 0, .runs_program_code = true});
    int status = -1;
    Job forking([&] {
        pid_t child = fork();
        if (child == 0) {
            work_on_in_child(crew);
        } else {
            waitpid(child, &status, 0);
        }
    });
    crew.post(forking);
    crew.wait_until_gone();
    BOOST_TEST(status == 0);
}

}  // namespace
}  // namespace uaio::test
