// Lock: one thread at a time, no wake-up lost, the checks on its use.
// Method: eight threads on plain variables that only a lock can keep right, many more threads than
// processors, so that holders are preempted and the others sleep; misuse in child processes.
#define BOOST_TEST_MODULE lock
#include "threadpool/base/lock.h"

#include <stdint.h>

#include <new>
#include <random>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/seed.h"
#include "tests/threadpool/base/child.h"

namespace uaio {
namespace {

constexpr unsigned kThreads = 8;

static_assert(sizeof(Lock) == sizeof(uint32_t));

template <class Body>
void run_threads(Body body) {
    std::vector<std::thread> threads;
    for (unsigned number = 0; number < kThreads; ++number) {
        threads.emplace_back(body, number);
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

struct Account {
    Lock lock;
    uint64_t entries UAIO_GUARDED_BY(lock) = 0;
    uint64_t copy UAIO_GUARDED_BY(lock) = 0;
    uint64_t meetings UAIO_GUARDED_BY(lock) = 0;  // times that somebody else was inside too

    // Stays inside for a while, so that others find the lock held.
    void enter(uint32_t steps) {
        Hold hold(lock);
        uint64_t mine = ++entries;
        for (uint32_t step = 0; step < steps; ++step) {
            asm volatile("" ::: "memory");
        }
        meetings += mine != entries || copy != mine - 1;
        copy = mine;
    }
};

BOOST_AUTO_TEST_CASE(one_thread_at_a_time_is_inside) {
    constexpr uint64_t kEntries = 40'000;
    constexpr uint32_t kStepsMax = 200;
    uint64_t seed = test::announced_seed(3);
    Account account;
    run_threads([&](unsigned number) {
        std::minstd_rand random(static_cast<uint32_t>(seed + number));
        for (uint64_t entry = 0; entry < kEntries; ++entry) {
            account.enter(random() % kStepsMax);
        }
    });
    Hold hold(account.lock);
    BOOST_TEST(account.entries == kThreads * kEntries);
    BOOST_TEST(account.meetings == 0);
}

// The holder gives up the processor, so that all others come to sleep; each release must wake one
// of them, or in the end nobody is left to wake the rest.
BOOST_AUTO_TEST_CASE(every_sleeper_is_woken_in_the_end) {
    constexpr unsigned kEntries = 10'000;
    Lock lock;
    unsigned entries = 0;
    run_threads([&](unsigned) {
        for (unsigned entry = 0; entry < kEntries; ++entry) {
            Hold hold(lock);
            std::this_thread::yield();
            ++entries;
        }
    });
    BOOST_TEST(entries == kThreads * kEntries);
}

BOOST_AUTO_TEST_CASE(a_hold_lasts_until_the_end_of_its_block) {
    Lock lock;
    int writes = 0;
    for (int round = 0; round < 2; ++round) {
        Hold hold(lock);
        ++writes;
    }
    Hold hold(lock);
    BOOST_TEST(writes == 2);
}

BOOST_AUTO_TEST_CASE(a_lock_made_of_zeros_is_free) {
    alignas(Lock) unsigned char bytes[sizeof(Lock)] = {};
    auto* lock = std::launder(reinterpret_cast<Lock*>(bytes));
    lock->acquire();
    lock->release();
    uint32_t word;
    __builtin_memcpy(&word, bytes, sizeof word);
    BOOST_TEST(word == 0u);
}

BOOST_AUTO_TEST_CASE(reset_frees_a_lock_that_is_held) {
    Lock lock;
    [&]() UAIO_UNCHECKED { lock.acquire(); }();
    lock.reset();
    bool acquired = false;
    std::thread([&] {
        Hold hold(lock);
        acquired = true;
    }).join();
    BOOST_TEST(acquired);
}

BOOST_AUTO_TEST_CASE(releasing_a_free_lock_aborts) {
    test::ChildEnd end = test::run_in_child([]() UAIO_UNCHECKED {
        Lock lock;
        lock.release();
    });
    BOOST_TEST(test::aborted(end));
}

}  // namespace
}  // namespace uaio
