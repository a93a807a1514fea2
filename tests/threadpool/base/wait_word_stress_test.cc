// Waiting on a word: no wake-up is lost.
//
// Method. Threads pass a baton some 10^5 times, so that each wake-up finds its waiter awake, asleep
// or in between. A lost one leaves the case hanging.
#define BOOST_TEST_MODULE wait_word_stress
#include <array>
#include <random>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/seed.h"
#include "threadpool/base/wait_word.h"

namespace uaio {
namespace {

constexpr uint32_t kPlayers = 4;

void play(void (*player)(uint32_t number)) {
    std::vector<std::thread> players;
    for (uint32_t number = 0; number < kPlayers; ++number) {
        players.emplace_back(player, number);
    }
    for (std::thread& thread : players) {
        thread.join();
    }
}

constexpr uint32_t kRounds = 15'000;  // of every player

// One word for each player, neighbours in memory: it is 1 while the player has the baton.
std::array<WaitWord, kPlayers> batons;

void pass_to_neighbour(uint32_t number) {
    WaitWord& mine = batons[number];
    WaitWord& next = batons[(number + 1) % kPlayers];
    for (uint32_t round = 0; round < kRounds; ++round) {
        while (mine.load() == 0) {
            wait_on(mine, 0, kNever);
        }
        mine.store(0);
        next.store(1);
        wake_one(next);
    }
}

BOOST_AUTO_TEST_CASE(a_baton_goes_round_by_wake_one) {
    batons[0].store(1);
    play(pass_to_neighbour);
    BOOST_TEST(batons[0].load() == 1);
}

// One word for all: the number of passes so far. A player waits for the kind of its own turn.
WaitWord passes{0};

void wait_for_turn(uint32_t number) {
    for (uint32_t round = 0; round < kRounds; ++round) {
        uint32_t seen;
        while ((seen = passes.load()) % kPlayers != number) {
            wait_on(passes, seen, kNever, 1u << number);
        }
        passes.store(seen + 1);
        wake_all(passes, 1u << ((number + 1) % kPlayers));
    }
}

BOOST_AUTO_TEST_CASE(a_baton_goes_round_by_kinds_of_wake_up) {
    passes = 0;
    play(wait_for_turn);
    BOOST_TEST(passes.load() == kPlayers * kRounds);
}

// A semaphore in two lines: every player gives as many tokens as it takes.
WaitWord tokens{0};

void take_token() {
    uint32_t seen = tokens.load();
    while (seen == 0 || !tokens.compare_exchange_weak(seen, seen - 1)) {
        if (seen == 0) {
            wait_on(tokens, 0, kNever);
            seen = tokens.load();
        }
    }
}

void take_and_give(uint32_t) {
    for (uint32_t round = 0; round < kRounds; ++round) {
        take_token();
        tokens.fetch_add(1);
        wake_one(tokens);
    }
}

BOOST_AUTO_TEST_CASE(a_semaphore_of_wait_words_lets_everybody_through) {
    tokens = 2;
    play(take_and_give);
    BOOST_TEST(tokens.load() == 2);
}

// Two threads sleep, one of them until a deadline at about the time of the only wake_one. If that
// wake-up chose the one with the deadline, its wait must say so and not that time is up, for then
// it hands the wake-up on; otherwise the other one sleeps for ever.
struct Meeting {
    WaitWord word{0};
    int64_t deadline;
    WaitEnd hasty_end = WaitEnd::kInterrupted;

    void patient() {
        while (word.load() == 0) {
            wait_on(word, 0, kNever);
        }
    }

    void hasty() {
        hasty_end = wait_on(word, 0, deadline);
        if (hasty_end == WaitEnd::kWoken) {
            wake_one(word);
        }
    }
};

BOOST_AUTO_TEST_CASE(a_wake_up_that_meets_a_deadline_counts) {
    constexpr int kMeetings = 3'000;
    constexpr int64_t kStartNs = 100'000;  // both threads are asleep by then, mostly
    constexpr uint64_t kLateNs = 80'000;   // a timer may be that late (timer slack)
    std::mt19937_64 random(test::announced_seed(17));
    int ends[3] = {0, 0, 0};
    for (int number = 0; number < kMeetings; ++number) {
        Meeting meeting;
        meeting.deadline = now_ns() + kStartNs;
        int64_t wake_up = meeting.deadline + static_cast<int64_t>(random() % kLateNs);
        std::thread hasty(&Meeting::hasty, &meeting);
        std::thread patient(&Meeting::patient, &meeting);
        while (now_ns() < wake_up) {
        }
        meeting.word.store(1);
        wake_one(meeting.word);
        hasty.join();
        patient.join();
        ++ends[static_cast<int>(meeting.hasty_end)];
    }
    BOOST_TEST(ends[static_cast<int>(WaitEnd::kInterrupted)] == 0);
    BOOST_TEST_MESSAGE("woken " << ends[0] << ", timed out " << ends[1]);
}

}  // namespace
}  // namespace uaio
