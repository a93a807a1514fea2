// Inbox: the order in which elements come out, and that none is lost or doubled when several
// threads put. Method: elements carry the number of their producer and their own; every producer
// puts chains of random length, and one thread takes out until it has seen them all.
#define BOOST_TEST_MODULE inbox
#include "threadpool/base/inbox.h"

#include <random>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/seed.h"

namespace uaio {
namespace {

struct Letter {
    Letter* inbox_next = nullptr;
    int producer = 0;
    int number = 0;     // among the producer's letters
    bool last = false;  // of its chain
};

std::vector<int> numbers(const Letter* letter) {
    std::vector<int> numbers;
    for (; letter != nullptr; letter = letter->inbox_next) {
        numbers.push_back(letter->number);
    }
    return numbers;
}

void check_taken(Inbox<Letter>& inbox, const std::vector<int>& expected) {
    BOOST_TEST(numbers(inbox.take_all()) == expected, boost::test_tools::per_element());
}

template <int kCount>
struct Letters {
    Letters() {
        for (int number = 0; number < kCount; ++number) {
            letters[number].number = number;
        }
    }

    // Links [first, last] so that the newest is on top, and puts the chain.
    void put_chain(Inbox<Letter>& inbox, int first, int last) {
        for (int number = first; number < last; ++number) {
            letters[number + 1].inbox_next = &letters[number];
        }
        inbox.put(&letters[last], &letters[first]);
    }

    Letter letters[kCount];
};

BOOST_AUTO_TEST_CASE(a_new_inbox_is_empty) {
    Inbox<Letter> inbox;
    BOOST_TEST(inbox.empty());
    BOOST_TEST(inbox.take_all() == nullptr);
}

BOOST_AUTO_TEST_CASE(single_elements_come_out_in_the_order_of_their_puts) {
    Inbox<Letter> inbox;
    Letters<4> all;
    for (int number = 0; number < 4; ++number) {
        all.put_chain(inbox, number, number);
        BOOST_TEST(!inbox.empty());
    }
    check_taken(inbox, {0, 1, 2, 3});
    BOOST_TEST(inbox.empty());
    check_taken(inbox, {});
}

BOOST_AUTO_TEST_CASE(the_oldest_of_a_chain_comes_out_first) {
    Inbox<Letter> inbox;
    Letters<6> all;
    all.put_chain(inbox, 0, 2);
    all.put_chain(inbox, 3, 3);
    all.put_chain(inbox, 4, 5);
    check_taken(inbox, {0, 1, 2, 3, 4, 5});
}

BOOST_AUTO_TEST_CASE(an_element_may_be_put_again) {
    Inbox<Letter> inbox;
    Letters<3> all;
    for (int round = 0; round < 3; ++round) {
        all.put_chain(inbox, 1, 2);
        all.put_chain(inbox, 0, 0);
        check_taken(inbox, {1, 2, 0});
    }
}

BOOST_AUTO_TEST_CASE(reset_forgets_the_contents) {
    Inbox<Letter> inbox;
    Letters<2> all;
    all.put_chain(inbox, 0, 1);
    inbox.reset();
    BOOST_TEST(inbox.empty());
    check_taken(inbox, {});
    all.put_chain(inbox, 1, 1);
    check_taken(inbox, {1});
}

// --- several producers ------------------------------------------------------------------------

constexpr int kProducers = 4;
constexpr int kLetters = 100'000;  // of every producer
constexpr uint64_t kChainMax = 5;

struct Producer {
    std::vector<Letter> letters{kLetters};

    void put_all(Inbox<Letter>& inbox, int producer, uint64_t seed) {
        std::mt19937_64 random(seed);
        for (size_t first = 0; first < letters.size();) {
            size_t end = std::min<size_t>(first + 1 + random() % kChainMax, letters.size());
            for (size_t number = first; number < end; ++number) {
                letters[number].producer = producer;
                letters[number].number = static_cast<int>(number);
                letters[number].last = number + 1 == end;
                letters[number].inbox_next = number == first ? nullptr : &letters[number - 1];
            }
            inbox.put(&letters[end - 1], &letters[first]);
            first = end;
        }
    }
};

// What the taker has seen: the number that each producer's next letter must have, and whose chain
// is open.
struct Seen {
    int following[kProducers] = {};
    int open_chain = -1;
    int letters = 0;
    int disorders = 0;
    int broken_chains = 0;

    void note(const Letter& letter) {
        disorders += letter.number != following[letter.producer];
        following[letter.producer] = letter.number + 1;
        broken_chains += open_chain != -1 && open_chain != letter.producer;
        open_chain = letter.last ? -1 : letter.producer;
        ++letters;
    }
};

BOOST_AUTO_TEST_CASE(every_producer_keeps_its_order_and_its_chains) {
    uint64_t seed = test::announced_seed(23);
    Inbox<Letter> inbox;
    std::vector<Producer> producers(kProducers);
    std::vector<std::thread> threads;
    for (int producer = 0; producer < kProducers; ++producer) {
        threads.emplace_back([&, producer] {
            producers[static_cast<size_t>(producer)].put_all(
                inbox, producer, seed + static_cast<uint64_t>(producer));
        });
    }
    Seen seen;
    while (seen.letters < kProducers * kLetters) {
        for (Letter* letter = inbox.take_all(); letter != nullptr; letter = letter->inbox_next) {
            seen.note(*letter);
        }
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    BOOST_TEST(inbox.empty());
    BOOST_TEST(seen.disorders == 0);
    BOOST_TEST(seen.broken_chains == 0);
    BOOST_TEST(seen.open_chain == -1);
}

}  // namespace
}  // namespace uaio
