// Whoever has nothing for others to do disturbs nobody: no thread is started or woken for it, and
// who waits sleeps. Method: a system call that the test holds; the engine's counters, and the word
// on which all sleep in its waiting room.
#define BOOST_TEST_MODULE engine_idle
#include "aio/engine.h"

#include <sched.h>
#include <stdint.h>

#include <atomic>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "aio/counters.h"
#include "tests/aio/held_queue.h"
#include "tests/aio/own_door.h"
#include "tests/storm/tasks.h"
#include "tests/support/bell.h"
#include "tests/support/scratch_file.h"
#include "tests/support/signals.h"

namespace uaio {
namespace {

using namespace test;

struct Started {
    Started() { engine.start(); }
};
BOOST_TEST_GLOBAL_FIXTURE(Started);

// Nobody has been started or woken since it was made, neither a worker nor who sleeps in the
// waiting room: its own stay there makes every waker believe that somebody does. A worker may be
// about to wake those who wait for its last request, long after that was published, so it waits for
// all to sleep first.
class Calm {
  public:
    Calm() {
        while (!others_asleep()) {
            sched_yield();
        }
        ticket_ = announce();
        workers_ = workers();
    }

    bool lasts() const { return workers() == workers_ && announce() == ticket_; }

  private:
    static uint32_t announce() { return engine.waiting_room().announce(kEveryKind); }

    static uint64_t workers() {
        return counters().sum(Counter::kWorkersStarted) + counters().sum(Counter::kWakeups);
    }

    uint32_t ticket_;
    uint64_t workers_;
};

// Comes first: there is no worker yet.
BOOST_AUTO_TEST_CASE(a_cancel_that_finds_nothing_starts_no_thread) {
    ScratchFile file;
    Owner owner;
    engine.drop(owner.prepare(sync_of(file.fd()), nullptr, nullptr));  // the lane is there
    Calm calm;
    BOOST_TEST(is(engine.cancel(owner.number(), &owner), 0, 0));
    BOOST_TEST(is(engine.cancel_all(file.fd()), 0, 0));
    BOOST_TEST(calm.lasts());
    BOOST_TEST(counters().sum(Counter::kWorkersStarted) == 0u);
    BOOST_TEST(threads_named("uaio") == 0);
}

BOOST_AUTO_TEST_CASE(a_cancel_that_finds_only_what_runs_wakes_nobody) {
    HeldQueue queue(0);
    {
        Calm calm;
        BOOST_TEST(is(engine.cancel(queue.running.number(), &queue.running), 0, 1));
        BOOST_TEST(is(engine.cancel_all(queue.file.fd()), 0, 1));
        BOOST_TEST(calm.lasts());
    }
    queue.finish(1);
}

// Buffered writes of a file go one at a time, so whoever runs one looks for the next.
BOOST_AUTO_TEST_CASE(a_write_behind_one_that_runs_wakes_nobody) {
    HeldQueue queue(0);
    {
        Calm calm;
        for (int i = 0; i < 3; ++i) {
            queue.waiting.emplace_back().submit(write_at(queue.file.fd(), 100, "y"));
        }
        BOOST_TEST(calm.lasts());
    }
    queue.finish(4);
}

BOOST_AUTO_TEST_CASE(a_read_beside_a_write_that_runs_wakes_somebody) {
    HeldQueue queue(0);
    {
        Calm calm;
        char buffer[2];
        queue.waiting.emplace_back().submit(read_at(queue.file.fd(), 5, buffer, sizeof(buffer)));
        queue.held.wait_until_running();
        BOOST_TEST(!calm.lasts());
        queue.finish(2);
    }
}

// It is the thread itself that must not be woken by what it does.
BOOST_AUTO_TEST_CASE(a_thread_that_closes_sleeps_while_a_request_runs) {
    HeldQueue queue(0);
    std::atomic<int> number{0};
    Bell begun;
    {
        Calm calm;
        std::thread closer([&] {
            number = test::thread_number();
            begun.ring();
            engine.clear_descriptor(queue.file.fd());
        });
        begun.wait();
        wait_until_asleep(number);
        BOOST_TEST(calm.lasts());
        queue.held.release();
        closer.join();
    }
    BOOST_TEST(queue.running.published() == 1);
    let_go(queue.file.fd());
}

}  // namespace
}  // namespace uaio
