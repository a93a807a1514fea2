// Goal: who finds another thread at a ring that stays there gets what that does not keep, and is
// told. Method: a thread copies events to where it may not write; in the handler of that signal it
// is at the ring for as long as the test likes.
#define BOOST_TEST_MODULE ring_owner
#include "aio/libaio/ring.h"

#include <signal.h>
#include <sys/mman.h>

#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/support/bell.h"

namespace uaio {
namespace {

constexpr size_t kPage = 65'536;  // or several

test::Bell entered;
test::Bell go_on;
void* page = nullptr;

void hold(int) {
    entered.ring();
    go_on.wait();
    mprotect(page, kPage, PROT_READ | PROT_WRITE);
}

struct Held {
    Held() : ring(*new (memory) Ring()) {
        BOOST_TEST_REQUIRE(ring.open(8, 1) == 0);
        page = mmap(nullptr, kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        struct sigaction action = {};
        action.sa_handler = hold;
        sigaction(SIGSEGV, &action, &before);
        arrive(0);
        owner = std::thread([this] {
            Arrival* moved;
            taken = ring.take(static_cast<IoEvent*>(page), 1, moved);
        });
        entered.wait();
    }
    ~Held() {
        sigaction(SIGSEGV, &before, nullptr);
        munmap(page, kPage);
        ring.close(ring.address());
    }

    void arrive(int number) {
        BOOST_TEST_REQUIRE(ring.reserve());
        arrivals[number].event = {static_cast<uint64_t>(number), 0, 0, 0};
        ring.arrive(arrivals[number]);
    }

    void let_go() {
        go_on.ring();
        owner.join();
    }

    alignas(Ring) unsigned char memory[sizeof(Ring)] = {};
    Ring& ring;
    Arrival arrivals[3];
    struct sigaction before;
    std::thread owner;
    Ring::Taken taken = {};
};

BOOST_FIXTURE_TEST_CASE(who_finds_an_owner_that_stays_takes_what_arrives_past_it, Held) {
    IoEvent event;
    Arrival* moved;
    Ring::Taken mine = ring.take(&event, 1, moved);
    BOOST_TEST(mine.events == 0u);
    BOOST_TEST(mine.past_owner);
    BOOST_TEST(!mine.put_back);
    BOOST_TEST(ring.keeps_events());
    arrive(1);
    arrive(2);
    mine = ring.take(&event, 1, moved);
    BOOST_TEST(mine.events == 1u);
    BOOST_TEST(mine.past_owner);
    BOOST_TEST(mine.put_back);
    BOOST_TEST(event.data == 1u);
    BOOST_TEST(moved == &arrivals[1]);
    BOOST_TEST(moved->next == nullptr);
    let_go();
    BOOST_TEST(taken.events == 1u);
    BOOST_TEST(!taken.past_owner);
    BOOST_TEST(static_cast<IoEvent*>(page)->data == 0u);
    mine = ring.take(&event, 1, moved);
    BOOST_TEST(mine.events == 1u);
    BOOST_TEST(!mine.past_owner);
    BOOST_TEST(event.data == 2u);
    BOOST_TEST(!ring.keeps_events());
    BOOST_TEST(ring.in_flight() == 0u);
}

}  // namespace
}  // namespace uaio
