// Forked children have an engine of their own, whatever the parent's threads were doing. Method:
// children are forked while four threads submit, and from a callback; they do I/O of every kind and
// report what failed as bits of their exit status.
#define BOOST_TEST_MODULE life_storm
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/storm/child.h"
#include "tests/storm/scale.h"
#include "tests/storm/tasks.h"
#include "tests/storm/work.h"
#include "tests/support/bell.h"
#include "tests/support/gate.h"
#include "tests/support/request.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

using namespace test;

BOOST_AUTO_TEST_CASE(a_child_after_one_write_works) {
    ScratchFile file;
    for (size_t round = 0; round < scaled(20); ++round) {
        Request request(file.fd(), "parent");
        BOOST_TEST_REQUIRE(request.write() == 0);
        BOOST_TEST_REQUIRE(request.finish() == transferred(6));
        BOOST_TEST_REQUIRE(run_child(do_some_work) == 0);
    }
}

// Submits and waits, on a file and a pipe of its own, until told to stop.
class Submitter {
  public:
    Submitter() : thread_([this] { run(); }) {}
    ~Submitter() { stop(); }
    Submitter(const Submitter&) = delete;
    Submitter& operator=(const Submitter&) = delete;

    void stop() {
        stopping_ = true;
        if (thread_.joinable()) {
            thread_.join();
        }
    }

    int failures() const { return failures_; }
    size_t laps() const { return laps_; }

  private:
    void run() {
        while (!stopping_) {
            failures_ += do_some_work() != 0;
            ++laps_;
        }
    }

    std::atomic<bool> stopping_{false};
    std::atomic<int> failures_{0};
    std::atomic<size_t> laps_{0};
    std::thread thread_;
};

BOOST_AUTO_TEST_CASE(fork_while_four_threads_submit,
                     *boost::unit_test::precondition([](boost::unit_test::test_unit_id) {
                         boost::test_tools::assertion_result runs(!kSanitizer);
                         runs.message() << "the sanitizer's allocator may stay locked in the child";
                         return runs;
                     })) {
    std::deque<Submitter> submitters(4);
    std::deque<Request> parked;
    std::deque<ReadGate> gates(8);
    for (ReadGate& gate : gates) {
        BOOST_TEST_REQUIRE(parked.emplace_back(gate.fd(), 1).read() == 0);
    }
    std::vector<int> ends;
    for (size_t round = 0; round < scaled(60); ++round) {
        int first = start_child(do_some_work);
        int second = start_child([] { return run_child(do_some_work); });
        ends.push_back(wait_for_child(first));
        ends.push_back(wait_for_child(second));
    }
    for (Submitter& submitter : submitters) {
        submitter.stop();
        BOOST_TEST(submitter.failures() == 0);
        BOOST_TEST(submitter.laps() > 0u);
    }
    BOOST_TEST(std::ranges::count(ends, 0) == std::ssize(ends));
    for (size_t i = 0; i < gates.size(); ++i) {
        BOOST_TEST(parked[i].in_progress());
        gates[i].release("x");
        BOOST_TEST(parked[i].finish() == transferred(1));
    }
}

Bell forked;
std::atomic<int> child_of_callback;

void fork_in_callback(sigval /*value*/) {
    child_of_callback = start_child(do_some_work);
    forked.ring();
}

// Here the child goes on where the callback was called from, and ends with its last thread.
void fork_and_return(sigval /*value*/) {
    pid_t child = fork();
    if (child == 0) {
        alarm(kChildSeconds);
        if (do_some_work() != 0) {
            _exit(1);
        }
        return;
    }
    child_of_callback = child;
    forked.ring();
}

// The first callback that the child's other thread asks for needs a thread of the child's own.
void fork_and_end_the_thread(sigval /*value*/) {
    pid_t child = fork();
    if (child == 0) {
        alarm(kChildSeconds);
        std::thread([] {
            wait_until_ended(getpid());  // the callback's thread, the first one here
            _exit(do_some_work());
        }).detach();
        pthread_exit(nullptr);
    }
    child_of_callback = child;
    forked.ring();
}

int child_forked_by(void (*callback)(sigval)) {
    ScratchFile file("x");
    Request request(file.fd(), 1);
    request.block().aio_sigevent.sigev_notify = SIGEV_THREAD;
    request.block().aio_sigevent.sigev_notify_function = callback;
    request.block().aio_sigevent.sigev_notify_attributes = nullptr;
    BOOST_TEST_REQUIRE(request.read() == 0);
    forked.wait();
    BOOST_TEST(request.finish() == transferred(1));
    return wait_for_child(child_of_callback);
}

BOOST_AUTO_TEST_CASE(fork_from_a_callback) {
    for (size_t round = 0; round < scaled(40); ++round) {
        BOOST_TEST_REQUIRE(child_forked_by(fork_in_callback) == 0);
        BOOST_TEST_REQUIRE(do_some_work() == 0);
    }
}

boost::test_tools::assertion_result threads_may_end(boost::unit_test::test_unit_id /*unit*/) {
    boost::test_tools::assertion_result runs(!kSanitizer);
    runs.message() << "the child ends in the sanitizer's own exit handlers";
    return runs;
}

BOOST_AUTO_TEST_CASE(the_callback_of_a_child_may_return,
                     *boost::unit_test::precondition(threads_may_end)) {
    for (size_t round = 0; round < scaled(40); ++round) {
        BOOST_TEST_REQUIRE(child_forked_by(fork_and_return) == 0);
        BOOST_TEST_REQUIRE(do_some_work() == 0);
    }
}

BOOST_AUTO_TEST_CASE(the_callback_of_a_child_may_end_its_thread,
                     *boost::unit_test::precondition(threads_may_end)) {
    for (size_t round = 0; round < scaled(40); ++round) {
        BOOST_TEST_REQUIRE(child_forked_by(fork_and_end_the_thread) == 0);
        BOOST_TEST_REQUIRE(do_some_work() == 0);
    }
}

}  // namespace
}  // namespace uaio
