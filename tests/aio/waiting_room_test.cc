// Sleepers wake for their owners and no wake-up is lost. Method: tickets and deadlines in the past
// tell without sleeping what would happen; then threads wait for owners that other threads publish,
// without a deadline, so that a lost wake-up never ends.
#define BOOST_TEST_MODULE waiting_room
#include "aio/waiting_room.h"

#include <errno.h>
#include <pthread.h>

#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/seed.h"
#include "tests/support/signals.h"

namespace uaio {
namespace {

constexpr int64_t kPast = 1;  // a deadline that was long ago

alignas(4096) char pages[64][4096];

BOOST_AUTO_TEST_CASE(a_kind_is_one_bit) {
    for (auto& page : pages) {
        uint32_t kind = WaitingRoom::kind_of(page);
        BOOST_TEST(kind != 0u);
        BOOST_TEST((kind & (kind - 1)) == 0u);
    }
    BOOST_TEST(WaitingRoom::kind_of(nullptr) != 0u);
}

BOOST_AUTO_TEST_CASE(owners_of_one_page_share_a_kind) {
    for (auto& page : pages) {
        BOOST_TEST(WaitingRoom::kind_of(page) == WaitingRoom::kind_of(page + 4'095));
    }
}

BOOST_AUTO_TEST_CASE(pages_in_a_row_are_spread_over_the_kinds) {
    uint32_t kinds = 0;
    for (auto& page : pages) {
        kinds |= WaitingRoom::kind_of(page);
    }
    BOOST_TEST(__builtin_popcount(kinds) >= WaitingRoom::kKinds / 2);
}

uint32_t kind_of(const void* owner) {
    return WaitingRoom::kind_of(owner);
}

// The word, which changes with each wake-up.
uint32_t word(WaitingRoom& room) {
    return room.announce(0);
}

BOOST_AUTO_TEST_CASE(who_is_published_after_the_ticket_is_not_slept_for) {
    WaitingRoom room;
    uint32_t ticket = room.announce(kind_of(pages[0]));
    room.wake(pages[0]);
    BOOST_TEST(word(room) != ticket);
    BOOST_TEST((room.sleep(ticket, kind_of(pages[0]), kNever) == WaitEnd::kWoken));
}

BOOST_AUTO_TEST_CASE(the_deadline_ends_a_sleep) {
    WaitingRoom room;
    for (uint32_t kinds : {kind_of(pages[0]), 0u}) {
        BOOST_TEST((room.sleep(room.announce(kinds), kinds, kPast) == WaitEnd::kTimedOut));
    }
}

void ignore(int /*number*/, siginfo_t* /*info*/, void* /*context*/) {}

BOOST_AUTO_TEST_CASE(a_signal_ends_a_sleep) {
    test::SignalHandler handler(SIGUSR1, ignore);
    test::SignalStorm storm(SIGUSR1);
    WaitingRoom room;
    for (uint32_t kinds : {kind_of(pages[0]), 0u}) {
        BOOST_TEST((room.sleep(room.announce(kinds), kinds, kNever) == WaitEnd::kInterrupted));
    }
}

void wake_everybody(WaitingRoom& room) {
    for (auto& page : pages) {
        room.wake(page);
    }
}

BOOST_AUTO_TEST_CASE(nobody_is_woken_where_nobody_waits) {
    WaitingRoom room;
    uint32_t before = word(room);
    wake_everybody(room);
    BOOST_TEST(word(room) == before);
}

BOOST_AUTO_TEST_CASE(an_announcement_is_good_for_one_wake_up) {
    WaitingRoom room;
    uint32_t before = room.announce(kind_of(pages[0]));
    wake_everybody(room);
    BOOST_TEST(word(room) == before + 1);
    wake_everybody(room);
    BOOST_TEST(word(room) == before + 1);
    room.announce(kind_of(pages[0]));
    wake_everybody(room);
    BOOST_TEST(word(room) == before + 2);
}

BOOST_AUTO_TEST_CASE(a_wake_up_leaves_other_kinds_announced) {
    WaitingRoom room;
    uint32_t before = room.announce(kEveryKind);
    room.wake(pages[0]);
    BOOST_TEST(word(room) == before + 1);
    wake_everybody(room);
    uint32_t kinds = 0;
    for (auto& page : pages) {
        kinds |= kind_of(page);
    }
    BOOST_TEST(word(room) == before + static_cast<uint32_t>(__builtin_popcount(kinds)));
}

BOOST_AUTO_TEST_CASE(reset_announces_nobody) {
    WaitingRoom room;
    room.announce(kEveryKind);
    room.reset();
    uint32_t before = word(room);
    wake_everybody(room);
    BOOST_TEST(word(room) == before);
}

BOOST_AUTO_TEST_CASE(errno_is_kept) {
    WaitingRoom room;
    uint32_t kind = kind_of(pages[0]);
    errno = E2BIG;
    room.sleep(room.announce(kind), kind, kPast);
    room.wake(pages[0]);
    int after = errno;
    BOOST_TEST(after == E2BIG);
}

void* sleep_until_cancelled(void* argument) {
    auto& room = *static_cast<WaitingRoom*>(argument);
    for (;;) {
        room.sleep_cancellable(room.announce(kEveryKind), kEveryKind, kNever);
    }
}

BOOST_AUTO_TEST_CASE(a_sleeper_can_be_cancelled) {
    WaitingRoom room;
    pthread_t thread;
    BOOST_TEST_REQUIRE(pthread_create(&thread, nullptr, sleep_until_cancelled, &room) == 0);
    pthread_cancel(thread);
    void* result;
    pthread_join(thread, &result);
    BOOST_TEST(result == PTHREAD_CANCELED);
}

// Owners on pages of their own; a status of `round` means published in that round.
struct Owner {
    alignas(4096) std::atomic<int> status{0};
};

// As aio_suspend waits for one of several.
void wait_for_any(WaitingRoom& room, const std::vector<Owner*>& owners, int round) {
    auto any = [&] {
        for (const Owner* owner : owners) {
            if (owner->status.load(std::memory_order_seq_cst) >= round) {
                return true;
            }
        }
        return false;
    };
    uint32_t kinds = 0;
    for (const Owner* owner : owners) {
        kinds |= WaitingRoom::kind_of(owner);
    }
    while (!any()) {
        uint32_t ticket = room.announce(kinds);
        if (any()) {
            return;
        }
        room.sleep(ticket, kinds, kNever);
    }
}

// In every round each sleeper waits for two owners and a publisher publishes one of the two; then
// all meet. Two sleepers may wait for the same.
BOOST_AUTO_TEST_CASE(no_wake_up_is_lost) {
    constexpr size_t kSleepers = 3;
    constexpr size_t kPublishers = 2;
    constexpr int kRounds = 1'000;
    static Owner owners[kPublishers * 2];
    uint64_t seed = test::announced_seed(20'260'105);
    WaitingRoom room;
    pthread_barrier_t meeting;
    pthread_barrier_init(&meeting, nullptr, kSleepers + kPublishers);
    std::atomic<int> woken{0};
    std::vector<std::thread> threads;
    for (size_t i = 0; i < kSleepers; ++i) {
        threads.emplace_back([&, i] {
            size_t pair = i % kPublishers * 2;
            for (int round = 1; round <= kRounds; ++round) {
                wait_for_any(room, {&owners[pair], &owners[pair + 1]}, round);
                ++woken;
                pthread_barrier_wait(&meeting);
            }
        });
    }
    for (size_t i = 0; i < kPublishers; ++i) {
        threads.emplace_back([&, i] {
            std::mt19937_64 random(seed + i);
            for (int round = 1; round <= kRounds; ++round) {
                for (uint64_t spin = random() % 200; spin > 0; --spin) {
                    owners[0].status.load(std::memory_order_relaxed);
                }
                Owner& owner = owners[i * 2 + random() % 2];
                owner.status.store(round, std::memory_order_seq_cst);
                room.wake(&owner);
                pthread_barrier_wait(&meeting);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    pthread_barrier_destroy(&meeting);
    BOOST_TEST(woken == static_cast<int>(kSleepers) * kRounds);
}

}  // namespace
}  // namespace uaio
