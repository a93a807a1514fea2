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

BOOST_AUTO_TEST_CASE(who_is_published_after_the_ticket_is_not_slept_for) {
    WaitingRoom room;
    WaitingRoom::Stay stay(room, WaitingRoom::kind_of(pages[0]));
    uint32_t ticket = stay.ticket();
    room.wake(pages[0]);
    BOOST_TEST(stay.ticket() != ticket);
    BOOST_TEST((stay.sleep(ticket, kNever) == WaitEnd::kWoken));
}

BOOST_AUTO_TEST_CASE(the_deadline_ends_a_sleep) {
    WaitingRoom room;
    for (uint32_t kinds : {WaitingRoom::kind_of(pages[0]), 0u}) {
        WaitingRoom::Stay stay(room, kinds);
        BOOST_TEST((stay.sleep(stay.ticket(), kPast) == WaitEnd::kTimedOut));
    }
}

void ignore(int /*number*/, siginfo_t* /*info*/, void* /*context*/) {}

BOOST_AUTO_TEST_CASE(a_signal_ends_a_sleep) {
    test::SignalHandler handler(SIGUSR1, ignore);
    test::SignalStorm storm(SIGUSR1);
    WaitingRoom room;
    for (uint32_t kinds : {WaitingRoom::kind_of(pages[0]), 0u}) {
        WaitingRoom::Stay stay(room, kinds);
        BOOST_TEST((stay.sleep(stay.ticket(), kNever) == WaitEnd::kInterrupted));
    }
}

BOOST_AUTO_TEST_CASE(nobody_is_woken_where_nobody_waits) {
    WaitingRoom room;
    WaitingRoom::Stay nobody(room, 0);
    uint32_t before = nobody.ticket();
    for (auto& page : pages) {
        room.wake(page);
    }
    BOOST_TEST(nobody.ticket() == before);
}

BOOST_AUTO_TEST_CASE(who_left_is_not_announced_any_more) {
    WaitingRoom room;
    WaitingRoom::Stay nobody(room, 0);
    uint32_t before = nobody.ticket();
    {
        WaitingRoom::Stay stay(room, UINT32_MAX);
        WaitingRoom::Stay again(room, WaitingRoom::kind_of(pages[0]));
    }
    for (auto& page : pages) {
        room.wake(page);
    }
    BOOST_TEST(nobody.ticket() == before);
}

BOOST_AUTO_TEST_CASE(who_left_early_does_not_leave_twice) {
    WaitingRoom room;
    WaitingRoom::Stay stays(room, WaitingRoom::kind_of(pages[0]));
    {
        WaitingRoom::Stay leaves(room, WaitingRoom::kind_of(pages[0]));
        leaves.leave();
    }
    uint32_t before = stays.ticket();
    room.wake(pages[0]);
    BOOST_TEST(stays.ticket() != before);
}

BOOST_AUTO_TEST_CASE(several_sleepers_of_one_kind_are_counted) {
    WaitingRoom room;
    uint32_t kind = WaitingRoom::kind_of(pages[0]);
    WaitingRoom::Stay stay(room, kind);
    { WaitingRoom::Stay other(room, kind); }
    uint32_t before = stay.ticket();
    room.wake(pages[0]);
    BOOST_TEST(stay.ticket() != before);
}

BOOST_AUTO_TEST_CASE(reset_announces_nobody) {
    WaitingRoom room;
    WaitingRoom::Stay gone(room, UINT32_MAX);
    room.reset();
    uint32_t before = gone.ticket();
    room.wake(pages[0]);
    BOOST_TEST(gone.ticket() == before);
}

BOOST_AUTO_TEST_CASE(errno_is_kept) {
    WaitingRoom room;
    WaitingRoom::Stay stay(room, WaitingRoom::kind_of(pages[0]));
    errno = E2BIG;
    stay.sleep(stay.ticket(), kPast);
    room.wake(pages[0]);
    int after = errno;
    BOOST_TEST(after == E2BIG);
}

// A sleeper that is cancelled leaves through its clean-up handler, and the room forgets it.
struct Cancelled {
    WaitingRoom room;
    uint32_t kind = WaitingRoom::kind_of(pages[0]);
};

void leave(void* stay) {
    static_cast<WaitingRoom::Stay*>(stay)->leave();
}

void* sleep_until_cancelled(void* argument) {
    auto& shared = *static_cast<Cancelled*>(argument);
    WaitingRoom::Stay stay(shared.room, shared.kind);
    pthread_cleanup_push(leave, &stay);
    for (;;) {
        stay.sleep_cancellable(stay.ticket(), kNever);
    }
    pthread_cleanup_pop(0);
    return nullptr;
}

BOOST_AUTO_TEST_CASE(a_sleeper_can_be_cancelled) {
    Cancelled shared;
    pthread_t thread;
    BOOST_TEST_REQUIRE(pthread_create(&thread, nullptr, sleep_until_cancelled, &shared) == 0);
    pthread_cancel(thread);
    void* result;
    pthread_join(thread, &result);
    BOOST_TEST(result == PTHREAD_CANCELED);
    WaitingRoom::Stay nobody(shared.room, 0);
    uint32_t before = nobody.ticket();
    shared.room.wake(pages[0]);
    BOOST_TEST(nobody.ticket() == before);
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
    WaitingRoom::Stay stay(room, kinds);
    for (;;) {
        uint32_t ticket = stay.ticket();
        if (any()) {
            return;
        }
        stay.sleep(ticket, kNever);
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
