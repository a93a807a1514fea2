// A descriptor that is about to be closed: nothing runs on it any more when the engine has cleared
// it. Method: held system calls, and streams that have nothing or no room.
#define BOOST_TEST_MODULE engine_close
#include "aio/engine.h"

#include <errno.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/aio/held_queue.h"
#include "tests/aio/own_door.h"
#include "tests/support/gate.h"

namespace uaio {
namespace {

using namespace test;

struct Started {
    Started() { engine.start(); }
};
BOOST_TEST_GLOBAL_FIXTURE(Started);

BOOST_AUTO_TEST_CASE(a_descriptor_is_cleared_when_nothing_runs_on_it) {
    HeldQueue queue(3);
    BOOST_TEST(engine.has_requests(queue.file.fd()));
    std::thread closer([&] { engine.clear_descriptor(queue.file.fd()); });
    for (Owner& owner : queue.waiting) {
        BOOST_TEST(owner.finish() == (Status{-1, ECANCELED}));
    }
    BOOST_TEST(queue.running.published() == 0);
    queue.held.release();
    closer.join();
    BOOST_TEST(queue.running.published() == 1);
    let_go(queue.file.fd());
}

// The closer sleeps until the last of them has been made.
BOOST_AUTO_TEST_CASE(what_outlives_its_descriptor_is_waited_for) {
    HeldQueue queue(1);
    std::deque<Owner> lasting(100);
    for (Owner& owner : lasting) {
        owner.submit_to_outlive(write_at(queue.file.fd(), 0, "z"));
    }
    std::atomic<bool> cleared = false;
    std::thread closer([&] {
        engine.clear_descriptor(queue.file.fd());
        cleared = true;
    });
    BOOST_TEST(queue.waiting[0].finish() == (Status{-1, ECANCELED}));
    queue.held.release(100);
    BOOST_TEST(!cleared);
    BOOST_TEST(lasting.back().published() == 0);
    queue.held.release();
    closer.join();
    for (Owner& owner : lasting) {
        BOOST_TEST(owner.published() == 1);
        BOOST_TEST(owner.finish() == (Status{1, 0}));
    }
    queue.running.finish();
    let_go(queue.file.fd());
}

// What there was for them they get; the rest would wait for ever.
BOOST_AUTO_TEST_CASE(reads_of_a_stream_outlive_it_as_far_as_it_has_something) {
    char byte;
    std::deque<Owner> owners(10);
    ReadGate gate;
    gate.release("abc");
    for (Owner& owner : owners) {
        owner.submit_to_outlive(read_at(gate.fd(), 0, &byte, 1));
    }
    engine.clear_descriptor(gate.fd());
    for (size_t i = 0; i < owners.size(); ++i) {
        BOOST_TEST(owners[i].published() == 1);
        BOOST_TEST(owners[i].finish() == (i < 3 ? Status{1, 0} : Status{-1, ECANCELED}));
    }
    let_go(gate.fd());
}

BOOST_AUTO_TEST_CASE(a_stream_is_cleared_of_reads_that_wait) {
    char byte;
    std::deque<Owner> owners(3);
    ReadGate gate;
    for (Owner& owner : owners) {
        owner.submit(read_at(gate.fd(), 0, &byte, 1));
    }
    engine.clear_descriptor(gate.fd());
    for (Owner& owner : owners) {
        BOOST_TEST(owner.finish() == (Status{-1, ECANCELED}));
    }
    let_go(gate.fd());
}

// The first byte proves that the write is under way; the rest has no room.
BOOST_AUTO_TEST_CASE(a_write_that_a_stream_has_taken_in_part_ends_short) {
    int ends[2];
    BOOST_TEST_REQUIRE(pipe(ends) == 0);
    std::string text(1'000'000, 'x');
    Owner owner;
    owner.submit(write_at(ends[1], 0, text));
    char byte;
    BOOST_TEST_REQUIRE(read(ends[0], &byte, 1) == 1);
    engine.clear_descriptor(ends[1]);
    Status status = owner.finish();
    BOOST_TEST(status.error == 0);
    BOOST_TEST(status.result > 0);
    BOOST_TEST(status.result < 1'000'000);
    let_go(ends[1]);
    close(ends[1]);
    size_t left = 0;
    std::string rest(100'000, '.');
    for (ssize_t got; (got = read(ends[0], rest.data(), rest.size())) > 0;) {
        left += static_cast<size_t>(got);
    }
    BOOST_TEST(left + 1 == static_cast<size_t>(status.result));
    close(ends[0]);
}

BOOST_AUTO_TEST_CASE(a_write_that_a_stream_has_taken_in_part_is_not_cancelled) {
    int ends[2];
    BOOST_TEST_REQUIRE(pipe(ends) == 0);
    std::string text(200'000, 'x');
    Owner owner;
    owner.submit(write_at(ends[1], 0, text));
    std::string rest(text.size(), '.');
    size_t received = 1;
    BOOST_TEST_REQUIRE(read(ends[0], rest.data(), 1) == 1);
    BOOST_TEST(is(engine.cancel(owner.number(), &owner), 0, 1));
    BOOST_TEST(is(engine.cancel_all(ends[1]), 0, 1));
    while (received < text.size()) {
        ssize_t got = read(ends[0], rest.data() + received, rest.size() - received);
        BOOST_TEST_REQUIRE(got > 0);
        received += static_cast<size_t>(got);
    }
    BOOST_TEST(owner.finish() == (Status{200'000, 0}));
    BOOST_TEST((rest == text));
    close(ends[0]);
    close(ends[1]);
}

BOOST_AUTO_TEST_CASE(a_range_of_descriptors_is_cleared) {
    char byte;
    std::deque<Owner> owners(2);
    Owner outside;
    ReadGate inside[2];
    ReadGate other;
    for (size_t i = 0; i < 2; ++i) {
        owners[i].submit(read_at(inside[i].fd(), 0, &byte, 1));
    }
    char last;
    outside.submit(read_at(other.fd(), 0, &last, 1));
    auto least = static_cast<unsigned>(std::min(inside[0].fd(), inside[1].fd()));
    auto most = static_cast<unsigned>(std::max(inside[0].fd(), inside[1].fd()));
    engine.clear_descriptors(least, most);
    for (Owner& owner : owners) {
        BOOST_TEST(owner.finish() == (Status{-1, ECANCELED}));
    }
    BOOST_TEST(outside.published() == 0);
    other.release("!");
    BOOST_TEST(outside.finish() == (Status{1, 0}));
}

}  // namespace
}  // namespace uaio
