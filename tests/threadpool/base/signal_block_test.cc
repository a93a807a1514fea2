// SignalBlock: all signals and a cancellation wait until the end of the block, and the mask is then
// what it was. Method: look at the mask, and raise signals inside and outside of blocks.
#define BOOST_TEST_MODULE signal_block
#include "threadpool/base/signal_block.h"

#include <errno.h>

#include <atomic>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/signals.h"

namespace uaio {
namespace {

// The signals that the calling thread has blocked now.
std::vector<int> blocked() {
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    std::vector<int> blocked;
    for (int number = 1; number <= SIGRTMAX; ++number) {
        if (sigismember(&mask, number) == 1) {
            blocked.push_back(number);
        }
    }
    return blocked;
}

// Those that can be blocked: neither SIGKILL and SIGSTOP, nor the C library's own before SIGRTMIN.
std::vector<int> blockable() {
    sigset_t all;
    sigfillset(&all);
    std::vector<int> blockable;
    for (int number = 1; number <= SIGRTMAX; ++number) {
        if (sigismember(&all, number) == 1 && number != SIGKILL && number != SIGSTOP) {
            blockable.push_back(number);
        }
    }
    return blockable;
}

BOOST_AUTO_TEST_CASE(every_signal_is_blocked_inside_and_the_mask_restored_behind) {
    test::BlockedSignal one(SIGUSR2);
    std::vector<int> before = blocked();
    {
        SignalBlock block;
        BOOST_TEST(blocked() == blockable(), boost::test_tools::per_element());
    }
    BOOST_TEST(blocked() == before, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(blocks_nest) {
    std::vector<int> before = blocked();
    {
        SignalBlock outer;
        { SignalBlock inner; }
        BOOST_TEST(blocked() == blockable(), boost::test_tools::per_element());
    }
    BOOST_TEST(blocked() == before, boost::test_tools::per_element());
}

std::atomic<int> handled{0};

void note_signal(int, siginfo_t*, void*) {
    handled.fetch_add(1);
}

BOOST_AUTO_TEST_CASE(a_signal_waits_for_the_end_of_the_block) {
    test::SignalHandler handler(SIGUSR1, note_signal);
    handled = 0;
    {
        SignalBlock block;
        raise(SIGUSR1);
        BOOST_TEST(handled.load() == 0);
    }
    BOOST_TEST(handled.load() == 1);
}

BOOST_AUTO_TEST_CASE(a_thread_is_cancelled_at_the_end_of_the_outermost_block) {
    int steps = 0;
    std::thread thread([&] {
        pthread_cancel(pthread_self());
        {
            SignalBlock outer;
            { SignalBlock inner; }
            pthread_testcancel();
            steps = 1;
        }
        pthread_testcancel();
        steps = 2;
    });
    thread.join();
    BOOST_TEST(steps == 1);
}

BOOST_AUTO_TEST_CASE(errno_is_kept) {
    errno = EDOM;
    {
        SignalBlock block;
        BOOST_TEST(errno == EDOM);
    }
    BOOST_TEST(errno == EDOM);
}

}  // namespace
}  // namespace uaio
