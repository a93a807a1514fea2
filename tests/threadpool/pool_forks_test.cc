// Pool: threads that are gone because of a fork. Method: children report by their exit status.
#define BOOST_TEST_MODULE pool_forks
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "tests/support/bell.h"
#include "tests/threadpool/base/child.h"
#include "tests/threadpool/base/sanitizer.h"
#include "tests/threadpool/crew.h"
#include "tests/threadpool/held_jobs.h"
#include "threadpool/pool.h"

namespace uaio::test {
namespace {

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

// Called at the end of its thread, after the destructors of all other thread-specific values: those
// that are set anew in there come round once more.
void call_last(void (*last)(void*)) {
    static void (*called)(void*) = last;
    static pthread_key_t key;
    static bool second = false;
    pthread_key_create(&key, [](void* value) {
        if (second) {
            called(value);
        } else {
            second = true;
            pthread_setspecific(key, value);
        }
    });
    pthread_setspecific(key, &key);
}

// The same, but the work ends the forking thread instead of going on.
void end_in_child(Crew& crew) {
    static Bell forker_left;
    static Job job([&crew] {
        forker_left.wait();
        _exit(crew.pool.threads() == 1 ? 0 : 1);
    });
    call_last([](void*) { forker_left.ring(); });
    crew.reset();
    crew.post(job);
    pthread_exit(nullptr);
}

BOOST_AUTO_TEST_CASE(work_that_has_forked_may_end_its_thread_in_the_child,
                     *boost::unit_test::precondition(threads_after_fork)) {
    Crew& crew = Crew::hire({.stack_bytes = 0, .runs_program_code = true});
    int status = -1;
    Job forking([&] {
        pid_t child = fork();
        if (child == 0) {
            end_in_child(crew);
        }
        waitpid(child, &status, 0);
    });
    crew.post(forking);
    crew.wait_until_gone();
    BOOST_TEST(status == 0);
}

}  // namespace
}  // namespace uaio::test
