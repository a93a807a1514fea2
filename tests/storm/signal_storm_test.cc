// aio_error, aio_return and aio_suspend are async-signal-safe. Method: eight threads submit and
// cancel, and a timer strikes each of them so often that together they take ten thousand signals a
// second. The handler asks for the status of a request that waits and of one that has ended, waits
// for the first without patience, and for a third one, in flight, as long as it takes: wherever the
// signal has struck the submitter, that wait must end, and errno must be kept.
#define BOOST_TEST_MODULE signal_storm
#include <aio.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include <atomic>
#include <deque>
#include <random>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/storm/scale.h"
#include "tests/support/gate.h"
#include "tests/support/request.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "tests/support/seed.h"
#include "tests/support/signals.h"

namespace uaio {
namespace {

using namespace test;

constexpr size_t kThreads = 8;
constexpr size_t kHits = scaled(8000);   // signals handled, of all threads together
constexpr size_t kSteps = scaled(2000);  // of each thread, at least
constexpr long kPeriodNs = 800'000;      // of each thread's timer
constexpr int kErrno = 4711;

std::atomic<size_t> hits{0};
std::atomic<size_t> wrong{0};

// What the handler of a thread needs. The thread publishes a request in flight by `in_flight` and
// leaves its control block alone until the handler can no longer find it there.
struct Prey {
    aiocb waiting;  // a read of an empty pipe
    aiocb ended;
    aiocb flying;
    char bytes[3];
    std::atomic<bool> in_flight{false};
};

thread_local Prey* prey = nullptr;

void expect(bool good) {
    if (!good) {
        wrong.fetch_add(1, std::memory_order_relaxed);
    }
}

void strike(int, siginfo_t*, void*) {
    int saved = errno;
    Prey& own = *prey;
    errno = kErrno;
    expect(aio_error(&own.waiting) == EINPROGRESS && errno == kErrno);
    expect(aio_error(&own.ended) == 0 && errno == kErrno);
    expect(aio_return(&own.ended) == 1 && errno == kErrno);
    const aiocb* ended[] = {nullptr, &own.ended, &own.waiting};
    expect(aio_suspend(ended, 3, nullptr) == 0 && errno == kErrno);
    const aiocb* waiting[] = {&own.waiting};
    timespec at_once = {0, 0};
    expect(aio_suspend(waiting, 1, &at_once) == -1 && errno == EAGAIN);
    if (own.in_flight.load(std::memory_order_relaxed)) {
        errno = kErrno;
        const aiocb* flying[] = {&own.flying};
        expect(aio_suspend(flying, 1, nullptr) == 0 && errno == kErrno);
        expect(aio_error(&own.flying) != EINPROGRESS && errno == kErrno);
    }
    hits.fetch_add(1, std::memory_order_relaxed);
    errno = saved;
}

class Timer {
  public:
    Timer() {
        sigevent event = {};
        set_thread_signal(&event, SIGRTMIN, thread_number());
        require(timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0, "make a timer");
        itimerspec period = {{0, kPeriodNs}, {0, kPeriodNs}};
        require(timer_settime(timer_, 0, &period, nullptr) == 0, "start a timer");
    }
    ~Timer() { timer_delete(timer_); }
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

  private:
    timer_t timer_;
};

void mask_strikes(int how) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    pthread_sigmask(how, &set, nullptr);
}

class Victim {
  public:
    Victim(uint64_t seed, int file) : random_(seed), file_(file) {}

    void run() {
        set_up(&prey_.waiting, gate_.fd(), &prey_.bytes[0], 1, 0);
        expect(aio_read(&prey_.waiting) == 0);
        do {  // other threads may be at work already, and cancel it
            set_up(&prey_.ended, file_, &prey_.bytes[1], 1, 0);
            expect(aio_read(&prey_.ended) == 0);
        } while (finish_quietly(&prey_.ended) == failed(ECANCELED));
        prey = &prey_;
        {
            Timer timer;
            mask_strikes(SIG_UNBLOCK);
            for (size_t step = 0; step < kSteps || hits < kHits; ++step) {
                fly();
            }
            mask_strikes(SIG_BLOCK);
        }
        gate_.release("w");
        expect(finish_quietly(&prey_.waiting) == transferred(1));
    }

  private:
    // finish(), which may throw, is for the main thread.
    static Outcome finish_quietly(aiocb* block) {
        const aiocb* list[] = {block};
        while (aio_error(block) == EINPROGRESS) {
            aio_suspend(list, 1, nullptr);
        }
        return {aio_error(block), aio_return(block)};
    }

    // One request that the handler may wait for, and others submitted, listed and cancelled while
    // it may strike.
    void fly() {
        set_up(&prey_.flying, file_, &prey_.bytes[2], 1, static_cast<off_t>(random_() % 4096));
        expect(aio_read(&prey_.flying) == 0);
        prey_.in_flight.store(true, std::memory_order_relaxed);
        aiocb others[4];
        char bytes[4] = {'a', 'b', 'c', 'd'};
        for (size_t i = 0; i < 4; ++i) {
            set_up(&others[i], file_, &bytes[i], 1, static_cast<off_t>(random_() % 64));
            others[i].aio_lio_opcode = i % 2 == 0 ? LIO_WRITE : LIO_READ;
        }
        errno = kErrno;
        expect(aio_write(&others[0]) == 0 && aio_read(&others[1]) == 0);
        aiocb* list[] = {&others[2], &others[3]};
        sigevent none = {};
        none.sigev_notify = SIGEV_NONE;
        expect(lio_listio(LIO_NOWAIT, list, 2, &none) == 0);
        expect(errno == kErrno);
        size_t unwanted = random_() % 4;
        int answer = aio_cancel(file_, &others[unwanted]);
        expect(errno == kErrno);
        if (random_() % 16 == 0) {
            aio_cancel(file_, nullptr);  // those of the other threads as well
            answer = -1;
        }
        for (size_t i = 0; i < 4; ++i) {
            Outcome outcome = finish_quietly(&others[i]);
            expect(outcome == transferred(1) || outcome == failed(ECANCELED));
            expect(i != unwanted || answer != AIO_CANCELED || outcome.error == ECANCELED);
        }
        Outcome outcome = finish_quietly(&prey_.flying);
        expect(outcome == transferred(1) || outcome == failed(ECANCELED));
        prey_.in_flight.store(false, std::memory_order_relaxed);
    }

    std::mt19937_64 random_;
    int file_;
    ReadGate gate_;
    Prey prey_;
};

BOOST_AUTO_TEST_CASE(handlers_ask_and_wait_while_threads_submit_and_cancel) {
    uint64_t seed = announced_seed(20'260'306);
    SignalHandler handler(SIGRTMIN, strike);
    mask_strikes(SIG_BLOCK);
    ScratchFile file(std::string(8192, 's'));
    std::deque<Victim> victims;
    for (size_t i = 0; i < kThreads; ++i) {
        victims.emplace_back(seed + i, file.fd());
    }
    std::deque<std::thread> threads;
    for (Victim& victim : victims) {
        threads.emplace_back([&] { victim.run(); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    printf("%zu signals handled\n", hits.load());
    BOOST_TEST(hits >= kHits);
    BOOST_TEST(wrong == 0u);
}

}  // namespace
}  // namespace uaio
