// aio_suspend: when it returns, and with what. Method: gates decide which of the listed requests
// are done; times are only ever checked from below.

#include <aio.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <atomic>
#include <deque>
#include <limits>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/conformance/posix.h"
#include "tests/support/gate.h"
#include "tests/support/request.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "tests/support/signals.h"

using namespace uaio::conformance;
using namespace uaio::test;

namespace {

constexpr timespec kAtOnce = {0, 0};
constexpr timespec kLong = {1'000'000, 0};  // longer than any watchdog

int64_t monotonic_ns() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * int64_t{1'000'000'000} + now.tv_nsec;
}

// A read that is held until the object ends or is told to let go.
class HeldRead {
  public:
    HeldRead() : request_(gate_.fd(), 1) { BOOST_TEST_REQUIRE(request_.read() == 0); }
    ~HeldRead() { gate_.end(); }

    const aiocb* block() { return &request_.block(); }
    Request& request() { return request_; }
    void release() { gate_.release("x"); }

    // Lets it go, and checks that it was still there to be let go.
    void finish() {
        BOOST_TEST(request_.in_progress());
        release();
        BOOST_TEST(request_.finish() == transferred(1));
    }

  private:
    ReadGate gate_;
    Request request_;
};

// What aio_suspend answered: 0, or the errno that came with -1.
int suspend(const aiocb* const* list, int entries, const timespec* timeout) {
    int answer = aio_suspend(list, entries, timeout);
    if (answer == 0) return 0;
    return answer == -1 ? errno : INT_MAX;
}

// Runs `function` on a thread with the smallest stack that is fit for ordinary use, so that a
// function which takes stack for each of a million entries cannot survive.
void on_a_small_stack(void* (*function)(void*), void* argument) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    require(pthread_attr_setstacksize(&attributes, 512 << 10) == 0, "choose a stack size");
    pthread_t thread;
    require(pthread_create(&thread, &attributes, function, argument) == 0, "start a thread");
    pthread_attr_destroy(&attributes);
    pthread_join(thread, nullptr);
}

struct LongList {
    std::vector<const aiocb*> entries;
    const timespec* timeout;
    int answer;

    void suspend() {
        on_a_small_stack(
            [](void* self) -> void* {
                auto* list = static_cast<LongList*>(self);
                int count = static_cast<int>(list->entries.size());
                list->answer = ::suspend(list->entries.data(), count, list->timeout);
                return nullptr;
            },
            this);
    }
};

constexpr size_t kMillion = 1'000'000;

std::atomic<int> g_signals;

void count_signal(int, siginfo_t*, void*) {
    g_signals.fetch_add(1);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(suspending)

BOOST_AUTO_TEST_CASE(returns_when_the_request_is_done, *posix("aio_suspend: DESCRIPTION p1")) {
    HeldRead held;
    std::thread helper([&] { held.release(); });
    const aiocb* list[] = {held.block()};
    BOOST_TEST(suspend(list, 1, nullptr) == 0);
    helper.join();
    BOOST_TEST(held.request().finish() == transferred(1));
}

BOOST_AUTO_TEST_CASE(one_of_several_is_enough, *posix("aio_suspend: DESCRIPTION p1")) {
    HeldRead first, second, third;
    const aiocb* list[] = {first.block(), second.block(), third.block()};
    second.release();
    BOOST_TEST(suspend(list, 3, &kLong) == 0);
    BOOST_TEST(second.request().status() == 0);
    first.finish();
    third.finish();
    BOOST_TEST(second.request().finish() == transferred(1));
}

BOOST_AUTO_TEST_CASE(returns_at_once_for_what_is_done, *posix("aio_suspend: DESCRIPTION p1")) {
    ScratchFile file("0123456789");
    Request done(file.fd(), 10);
    BOOST_TEST(done.read() == 0);
    BOOST_TEST(done.finish() == transferred(10));
    HeldRead held;
    const aiocb* list[] = {held.block(), &done.block(), held.block()};
    BOOST_TEST(suspend(list, 3, nullptr) == 0);
    BOOST_TEST(suspend(list, 3, &kAtOnce) == 0);
    held.finish();
}

BOOST_AUTO_TEST_CASE(returns_at_once_for_what_failed, *posix("aio_suspend: DESCRIPTION p1")) {
    ScratchFile file("0123456789");
    Request failing(file.fd(), 10);
    failing.block().aio_buf = nullptr;
    BOOST_TEST(failing.read() == 0);
    const aiocb* list[] = {&failing.block()};
    BOOST_TEST(suspend(list, 1, nullptr) == 0);
    BOOST_TEST(failing.finish() == failed(EFAULT));
}

BOOST_AUTO_TEST_CASE(null_entries_are_ignored, *posix("aio_suspend: DESCRIPTION p1 (null)")) {
    HeldRead held;
    const aiocb* list[] = {nullptr, held.block(), nullptr};
    BOOST_TEST(suspend(list, 3, &kAtOnce) == EAGAIN);
    held.release();
    BOOST_TEST(suspend(list, 3, nullptr) == 0);
    BOOST_TEST(held.request().finish() == transferred(1));
}

// glibc returns 0 at once (fails).
BOOST_AUTO_TEST_CASE(a_list_without_requests_ends_by_time_or_signal,
                     *posix("aio_suspend: DESCRIPTION p1 (null pointers are ignored), p2")) {
    SignalHandler handler(SIGUSR1, count_signal);
    const aiocb* list[] = {nullptr, nullptr, nullptr};
    for (int entries : {0, 3}) {
        constexpr timespec kShort = {0, 5'000'000};
        int64_t start = monotonic_ns();
        BOOST_TEST(suspend(list, entries, &kShort) == EAGAIN);
        BOOST_TEST(monotonic_ns() - start >= kShort.tv_nsec);
        BOOST_TEST(suspend(list, entries, &kAtOnce) == EAGAIN);
        SignalStorm storm(SIGUSR1);
        BOOST_TEST(suspend(list, entries, nullptr) == EINTR);
    }
}

BOOST_AUTO_TEST_CASE(the_timeout_is_waited_out, *posix("aio_suspend: DESCRIPTION p2; EAGAIN")) {
    HeldRead held;
    const aiocb* list[] = {held.block()};
    constexpr long kTimeoutsNs[] = {1, 1'000'000, 30'000'000};
    for (long timeout_ns : kTimeoutsNs) {
        timespec timeout = {0, timeout_ns};
        int64_t start = monotonic_ns();
        BOOST_TEST(suspend(list, 1, &timeout) == EAGAIN);
        BOOST_TEST(monotonic_ns() - start >= timeout_ns);
    }
    held.finish();
}

BOOST_AUTO_TEST_CASE(a_timeout_of_nothing_only_looks,
                     *posix("aio_suspend: DESCRIPTION p2; EAGAIN")) {
    HeldRead held;
    const aiocb* list[] = {held.block()};
    for (int i = 0; i < 100; ++i) BOOST_TEST(suspend(list, 1, &kAtOnce) == EAGAIN);
    held.finish();
    BOOST_TEST(suspend(list, 1, &kAtOnce) == 0);
}

// glibc adds it to the present time and comes out in the past (fails).
BOOST_AUTO_TEST_CASE(the_longest_timeout_is_no_trouble, *posix("aio_suspend: DESCRIPTION p2")) {
    HeldRead held;
    held.release();
    const timespec for_ever = {std::numeric_limits<time_t>::max(), 999'999'999};
    const aiocb* list[] = {held.block()};
    BOOST_TEST(suspend(list, 1, &for_ever) == 0);
    BOOST_TEST(held.request().finish() == transferred(1));
}

BOOST_AUTO_TEST_CASE(a_handler_interrupts, *posix("aio_suspend: ERRORS EINTR")) {
    HeldRead held;
    const aiocb* list[] = {held.block()};
    g_signals = 0;
    SignalHandler handler(SIGUSR1, count_signal);
    for (const timespec* timeout : {static_cast<const timespec*>(nullptr), &kLong}) {
        SignalStorm storm(SIGUSR1);
        BOOST_TEST(suspend(list, 1, timeout) == EINTR);
    }
    BOOST_TEST(g_signals >= 1);
    held.finish();
}

// With SA_RESTART a wait may go on or end with EINTR: glibc and Linux restart one without a timeout
// and not one with. Either way a stream of signals must not disturb the result.
BOOST_AUTO_TEST_CASE(a_restarting_handler_does_not_disturb, *posix("sigaction: SA_RESTART")) {
    constexpr int kSignals = 200;
    SignalHandler handler(SIGUSR1, count_signal, SA_RESTART);
    pthread_t waiter = pthread_self();
    for (const timespec* timeout : {static_cast<const timespec*>(nullptr), &kLong}) {
        HeldRead held;
        const aiocb* list[] = {held.block()};
        std::thread helper([&] {
            for (int i = 0; i < kSignals; ++i) {
                pthread_kill(waiter, SIGUSR1);
                std::this_thread::yield();
            }
            held.release();
        });
        int answer;
        do answer = suspend(list, 1, timeout);
        while (answer == EINTR);
        BOOST_TEST(answer == 0);
        helper.join();
        BOOST_TEST(held.request().finish() == transferred(1));
    }
}

BOOST_AUTO_TEST_CASE(a_negative_count_is_refused, *promise("EINVAL, as in lio_listio")) {
    HeldRead held;
    const aiocb* list[] = {held.block()};
    for (int count : {-1, INT_MIN}) {
        BOOST_TEST(suspend(list, count, nullptr) == EINVAL);
        BOOST_TEST(suspend(list, count, &kAtOnce) == EINVAL);
    }
    held.finish();
}

BOOST_AUTO_TEST_CASE(an_interrupted_wait_leaves_nothing_behind, *posix("aio_suspend: EINTR")) {
    std::deque<HeldRead> held(5);
    g_signals = 0;
    SignalHandler handler(SIGUSR1, count_signal);
    {
        SignalStorm storm(SIGUSR1);
        for (int i = 0; i < 20; ++i) {
            std::vector<const aiocb*> list;  // a new place in memory each time
            for (HeldRead& each : held) list.push_back(each.block());
            BOOST_TEST(suspend(list.data(), 5, nullptr) == EINTR);
        }
    }
    for (HeldRead& each : held) each.finish();
}

BOOST_AUTO_TEST_CASE(one_request_may_be_listed_twice, *posix("aio_suspend: DESCRIPTION p1")) {
    HeldRead held;
    const aiocb* list[] = {held.block(), held.block(), held.block()};
    BOOST_TEST(suspend(list, 3, &kAtOnce) == EAGAIN);
    held.release();
    BOOST_TEST(suspend(list, 3, nullptr) == 0);
    BOOST_TEST(held.request().finish() == transferred(1));
}

BOOST_AUTO_TEST_CASE(several_threads_wait_for_one_request, *posix("XSH 2.9.1: thread-safety")) {
    HeldRead held;
    std::atomic<int> returned{0};
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            const aiocb* list[] = {held.block()};
            if (aio_suspend(list, 1, nullptr) != 0 || aio_error(held.block()) != 0) ++wrong;
            ++returned;
        });
    }
    held.release();
    for (std::thread& thread : threads) thread.join();
    BOOST_TEST(returned == 8);
    BOOST_TEST(wrong == 0);
    BOOST_TEST(held.request().finish() == transferred(1));
}

BOOST_AUTO_TEST_CASE(threads_wait_for_requests_of_their_own, *posix("XSH 2.9.1: thread-safety")) {
    std::deque<HeldRead> held(8);
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (HeldRead& mine : held) {
        threads.emplace_back([&] {
            const aiocb* list[] = {nullptr, mine.block()};
            if (aio_suspend(list, 2, nullptr) != 0 || aio_error(mine.block()) != 0) ++wrong;
        });
    }
    for (size_t i = held.size(); i-- > 0;) {
        held[i].release();
        threads[i].join();  // only then the next: nobody else's end may be needed
    }
    BOOST_TEST(wrong == 0);
    for (HeldRead& each : held) BOOST_TEST(each.request().finish() == transferred(1));
}

// glibc takes stack for every entry of the list (crashes).
BOOST_AUTO_TEST_CASE(a_million_entries_take_no_stack, *promise("any length of list")) {
    HeldRead held;
    LongList list{std::vector<const aiocb*>(kMillion), &kAtOnce, -1};
    list.suspend();
    BOOST_TEST(list.answer == EAGAIN);  // nothing but null entries
    for (size_t i = 0; i < kMillion; i += 2) list.entries[i] = held.block();
    list.suspend();
    BOOST_TEST(list.answer == EAGAIN);
    held.release();
    list.timeout = nullptr;
    list.suspend();
    BOOST_TEST(list.answer == 0);
    BOOST_TEST(held.request().finish() == transferred(1));
}

BOOST_AUTO_TEST_SUITE_END()
