// The engine when the system refuses threads, or takes its time with them. Method: the test's own
// start_thread() (threadpool/base/thread.h) in place of the engine's.
#define BOOST_TEST_MODULE engine_threads
#include "aio/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "aio/counters.h"
#include "tests/aio/own_door.h"
#include "tests/support/bell.h"
#include "tests/support/scratch_file.h"
#include "threadpool/base/thread.h"

namespace uaio {
namespace {

using namespace test;

std::atomic<bool> refused{false};
std::atomic<int> attempts{0};
Bell may_run;  // rung once for every thread that may begin to run

void* run(void* argument) {
    may_run.wait();
    const auto& start = *static_cast<const ThreadStart*>(argument);
    start.main(start.context);
    return nullptr;
}

}  // namespace

int start_thread(const ThreadStart& start) {
    ++attempts;
    if (refused) {
        return EAGAIN;
    }
    pthread_t thread;
    int error = pthread_create(&thread, nullptr, run, const_cast<ThreadStart*>(&start));
    if (error == 0) {
        pthread_detach(thread);
    }
    return error;
}

namespace {

// One worker at most, and a case starts without any: an idle one leaves at once.
struct FewThreads {
    FewThreads() {
        engine.configure(1, 0, -1);
        engine.start();
    }
};
BOOST_TEST_GLOBAL_FIXTURE(FewThreads);

BOOST_AUTO_TEST_CASE(without_threads_the_submitter_does_the_work) {
    refused = true;
    ScratchFile file("0123456789");
    std::deque<Owner> owners(3);
    char buffer[2] = {};
    owners[0].submit(write_at(file.fd(), 0, "ab"));
    BOOST_TEST(owners[0].published() == 1);
    owners[1].submit(read_at(file.fd(), 1, buffer, sizeof buffer));
    BOOST_TEST(owners[1].published() == 1);
    owners[2].submit(sync_of(file.fd()));
    BOOST_TEST(owners[2].published() == 1);
    BOOST_TEST(std::string(buffer, 2) == "b2");
    BOOST_TEST(attempts >= 3);
    BOOST_TEST(counters().sum(Counter::kThreadsRefused) >= 3u);
    BOOST_TEST(counters().sum(Counter::kWorkersStarted) == 0u);
}

// The caller may be the one who is going to write to the pipe.
BOOST_AUTO_TEST_CASE(without_threads_nobody_waits_for_a_stream) {
    refused = true;
    int ends[2];
    require(pipe(ends) == 0, "make a pipe");
    char byte;
    Owner early;
    early.submit(read_at(ends[0], 0, &byte, 1));
    BOOST_TEST(early.published() == 1);
    BOOST_TEST(early.status() == (Status{-1, EAGAIN}));
    require(::write(ends[1], "!", 1) == 1, "write to a pipe");
    Owner owner;
    owner.submit(read_at(ends[0], 0, &byte, 1));
    BOOST_TEST(owner.published() == 1);
    BOOST_TEST(owner.status() == (Status{1, 0}));
    close(ends[0]);
    close(ends[1]);
}

BOOST_AUTO_TEST_CASE(without_threads_several_submitters_share_the_work) {
    refused = true;
    constexpr size_t kThreads = 4;
    constexpr int kSteps = 200;
    ScratchFile file("0123456789");
    std::atomic<int> wrong{0};
    std::deque<std::thread> threads;
    for (size_t i = 0; i < kThreads; ++i) {
        threads.emplace_back([&] {
            for (int step = 0; step < kSteps; ++step) {
                Owner owner;
                owner.submit(write_at(file.fd(), 0, "x"));
                wrong += owner.finish() != Status{1, 0};
                wrong += owner.published() != 1;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    let_go(file.fd());
    BOOST_TEST(wrong == 0);
}

// From here on there are threads.

BOOST_AUTO_TEST_CASE(a_thread_that_comes_late_finds_what_is_there) {
    refused = false;
    ScratchFile file("0123456789");
    std::deque<Owner> owners(5);
    for (Owner& owner : owners) {
        owner.submit(write_at(file.fd(), 0, "x"));
    }
    for (Owner& owner : owners) {
        BOOST_TEST(owner.published() == 0);
    }
    may_run.ring();
    for (Owner& owner : owners) {
        BOOST_TEST(owner.finish() == (Status{1, 0}));
    }
    let_go(file.fd());
}

// While the thread was on its way the program closed the descriptor, and its number stands for
// another file now.
BOOST_AUTO_TEST_CASE(a_reused_descriptor_is_noticed_by_a_thread_that_comes_late) {
    refused = false;
    ScratchFile first("first");
    ScratchFile second("second");
    int number = first.open_again(O_RDWR);
    while (counters().sum(Counter::kWorkersLeft) < counters().sum(Counter::kWorkersStarted)) {
        sched_yield();  // the worker of the case before is about to leave
    }
    Owner owner;
    owner.submit(write_at(number, 0, "WRITE"));
    require(dup2(second.fd(), number) == number, "let a number stand for another file");
    may_run.ring();
    BOOST_TEST(owner.finish() == (Status{-1, EBADF}));
    BOOST_TEST(second.contents() == "second");
    close(number);
}

}  // namespace
}  // namespace uaio
