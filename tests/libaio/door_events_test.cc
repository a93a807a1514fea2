// Waiting for events: who is woken when, how long is waited, and who gets what. Method: pipes that
// hold requests, threads that wait.
#define BOOST_TEST_MODULE door_events
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <limits>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "aio/libaio/context.h"
#include "aio/libaio/door.h"
#include "tests/libaio/door_fixture.h"
#include "tests/support/gate.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

using namespace test;

BOOST_AUTO_TEST_CASE(who_waits_is_told_that_the_context_is_gone) {
    for (int round = 0; round < 50; ++round) {
        Opened opened;
        std::atomic<int> gone = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i < 3; ++i) {
            threads.emplace_back([&, context = opened.context] {
                IoEvent event;
                gone += collect_events(context, 1, 1, &event, nullptr, nullptr) == -EINVAL;
            });
        }
        std::atomic<int> destroyed = 0;
        for (int i = 0; i < 2; ++i) {
            threads.emplace_back(
                [&, context = opened.context] { destroyed += destroy_context(context) == 0; });
        }
        for (auto& thread : threads) thread.join();
        opened.context = 0;
        BOOST_TEST(gone == 3);
        BOOST_TEST(destroyed == 1);
    }
}

// Of several that sleep under a mask each is woken, though one is quicker than the other.
BOOST_AUTO_TEST_CASE(all_that_sleep_under_a_mask_are_woken) {
    ScratchFile file("01");
    sigset_t none;
    sigemptyset(&none);
    for (int round = 0; round < 200; ++round) {
        bool destroys = round % 2 == 0;
        char bytes[2];  // until both are there
        Opened opened;
        std::atomic<int> back = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i < 2; ++i) {
            threads.emplace_back([&, context = opened.context] {
                IoEvent event;
                back += collect_events(context, 1, 1, &event, nullptr, &none) ==
                        (destroys ? -EINVAL : 1);
            });
            while (sleepers_at(opened.context) != i + 1u) sched_yield();
        }
        if (destroys) {
            opened.destroy();
        } else {
            IoBlock first = block_of(kPread, file.fd(), &bytes[0], 1);
            IoBlock second = block_of(kPread, file.fd(), &bytes[1], 1, 1);
            IoBlock* list[] = {&first, &second};
            BOOST_TEST(submit_blocks(opened.context, 2, list) == 2);
        }
        for (auto& thread : threads) thread.join();
        BOOST_TEST(back == 2);
    }
}

BOOST_FIXTURE_TEST_CASE(time_for_the_first_event_is_given_only_while_one_may_come, Opened) {
    IoEvent event;
    BOOST_TEST(collect_events(context, 0, 1, &event, &kLong, nullptr) == 0);
    ReadGate gate;
    IoBlock block = block_of(kPread, gate.fd(), data, 1);
    BOOST_TEST(submit(block) == 1);
    BOOST_TEST(collect_events(context, 0, 1, &event, nullptr, nullptr) == 0);
    BOOST_TEST(collect_events(context, 0, 1, &event, &kAtOnce, nullptr) == 0);
    std::thread feeder([&] { gate.release("x"); });
    BOOST_TEST(collect_events(context, 0, 1, &event, &kLong, nullptr) == 1);
    feeder.join();
}

// Its thread may be about to say that it has done with the context.
BOOST_FIXTURE_TEST_CASE(a_request_whose_event_has_been_read_is_not_waited_for, Opened) {
    Visit visit(context);
    visit.context()->requests.fetch_add(1);
    IoEvent event;
    BOOST_TEST(collect_events(context, 0, 1, &event, &kLong, nullptr) == 0);
    visit.context()->requests.fetch_sub(1);
}

BOOST_AUTO_TEST_CASE(the_longest_time_limits_are_as_good_as_none) {
    sigset_t none;
    sigemptyset(&none);
    constexpr time_t kSecondsMax = std::numeric_limits<time_t>::max();
    constexpr long kRestMax = std::numeric_limits<long>::max();
    for (timespec limit : {timespec{0, kRestMax}, {kSecondsMax, 0}, {kSecondsMax, kRestMax}}) {
        for (const sigset_t* mask : {static_cast<const sigset_t*>(nullptr), &std::as_const(none)}) {
            Opened opened;
            ReadGate gate;
            IoBlock block = block_of(kPread, gate.fd(), opened.data, 1);
            BOOST_TEST(opened.submit(block) == 1);
            std::thread feeder([&] {
                while (sleepers_at(opened.context) == 0) sched_yield();
                gate.release("x");
            });
            IoEvent event;
            BOOST_TEST(collect_events(opened.context, 1, 1, &event, &limit, mask) == 1);
            feeder.join();
        }
    }
}

// Method: the event's place cannot be written any more, a moment after it could, so that its taker
// is interrupted in the middle. Both events are submitted before: nothing else may take the page's
// place among those that are known (known_pages.h).
struct ReadOnlyPlace {
    uintptr_t context = 0;
    void* page = nullptr;
    long answer = 0;
} read_only_place;

BOOST_FIXTURE_TEST_CASE(a_handler_does_not_sleep_beside_an_event_it_cannot_take, Opened) {
    size_t bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    void* page = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    BOOST_TEST_REQUIRE(page != MAP_FAILED);
    auto* place = static_cast<IoEvent*>(page);
    read_only_place = {context, page};
    struct sigaction action = {};
    struct sigaction before;
    action.sa_handler = [](int) {
        IoEvent event;
        read_only_place.answer =
            collect_events(read_only_place.context, 1, 1, &event, nullptr, nullptr);
        mprotect(read_only_place.page, 1, PROT_READ | PROT_WRITE);
    };
    ReadGate gate;
    gate.release("xx");
    IoBlock first = block_of(kPread, gate.fd(), data, 1);
    IoBlock second = block_of(kPread, gate.fd(), data, 1);
    second.data = 42;
    BOOST_TEST(submit(first) == 1);
    BOOST_TEST(submit(second) == 1);
    Visit visit(context);
    const Ring& ring = visit.context()->ring;
    while (ring.unread() < 2 || ring.is_owned()) sched_yield();
    BOOST_TEST(collect_events(context, 1, 1, place, nullptr, nullptr) == 1);
    mprotect(page, bytes, PROT_READ);
    sigaction(SIGSEGV, &action, &before);
    long count = collect_events(context, 1, 1, place, nullptr, nullptr);
    sigaction(SIGSEGV, &before, nullptr);
    BOOST_TEST(count == 1);
    BOOST_TEST(place->data == 42u);
    BOOST_TEST(read_only_place.answer == -EINTR);
    munmap(page, bytes);
}

BOOST_FIXTURE_TEST_CASE(several_threads_share_the_events, Opened) {
    ScratchFile file(std::string(4'096, 'f'));
    constexpr int kEvents = 2'000;
    std::atomic<int> seen = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&] {
            IoEvent events[8];
            timespec soon = {0, 1'000'000};
            while (seen < kEvents) {
                long count = collect_events(context, 1, 8, events, &soon, nullptr);
                if (count > 0) seen += static_cast<int>(count);
            }
        });
    }
    char bytes[kEvents];
    for (int i = 0; i < kEvents;) {
        IoBlock block = block_of(kPread, file.fd(), &bytes[i], 1);
        block.rw_flags = i % 2 == 0 ? 2 : 0;  // through the pool, and at once
        i += submit(block) == 1;
    }
    for (auto& thread : threads) thread.join();
    BOOST_TEST(seen == kEvents);
}

}  // namespace
}  // namespace uaio
