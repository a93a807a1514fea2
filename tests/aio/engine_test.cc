// The walk of a request through the engine, from a door of the test's own: performed or withdrawn,
// published once, told in time. Method: system calls that the test holds, so that it knows what
// runs and what is queued; every thread of the pool may be used.
#define BOOST_TEST_MODULE engine
#include "aio/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <deque>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "aio/counters.h"
#include "aio/limits.h"
#include "tests/aio/held_queue.h"
#include "tests/aio/own_door.h"
#include "tests/support/gate.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

using namespace test;

// Every case needs the engine; the first brings it up.
struct Started {
    Started() { engine.start(); }
};
BOOST_TEST_GLOBAL_FIXTURE(Started);

uint64_t counted(Counter counter) {
    return counters().sum(counter);
}

uint64_t submitted() {
    return counted(Counter::kSubmittedReads) + counted(Counter::kSubmittedWrites) +
           counted(Counter::kSubmittedSyncs);
}

uint64_t performed() {
    return counted(Counter::kPerformedReads) + counted(Counter::kPerformedWrites) +
           counted(Counter::kPerformedSyncs);
}

BOOST_AUTO_TEST_CASE(each_kind_of_request_is_performed_and_published_once) {
    ScratchFile file("0123456789");
    Owner write;
    Owner read;
    Owner sync;
    char buffer[4] = {};
    write.submit(write_at(file.fd(), 2, "abc"));
    BOOST_TEST(write.finish() == (Status{3, 0}));
    read.submit(read_at(file.fd(), 1, buffer, sizeof buffer));
    BOOST_TEST(read.finish() == (Status{4, 0}));
    BOOST_TEST(std::string(buffer, 4) == "1abc");
    sync.submit(sync_of(file.fd()));
    BOOST_TEST(sync.finish() == (Status{0, 0}));
    for (const Owner* owner : {&write, &read, &sync}) {
        BOOST_TEST(owner->published() == 1);
    }
}

BOOST_AUTO_TEST_CASE(the_error_of_a_system_call_is_published) {
    ScratchFile file("0123456789");
    Operation operation = read_at(file.fd(), -1, nullptr, 4);
    Owner owner;
    owner.submit(operation);
    BOOST_TEST(owner.finish() == (Status{-1, EINVAL}));
}

BOOST_AUTO_TEST_CASE(a_chain_is_admitted_in_its_order) {
    ScratchFile file({}, O_APPEND);
    std::deque<Owner> owners(10);
    std::vector<std::string> texts;
    for (size_t i = 0; i < owners.size(); ++i) {
        texts.push_back(std::to_string(i));
    }
    Request* newest = nullptr;
    Request* oldest = nullptr;
    for (size_t i = 0; i < owners.size(); ++i) {
        Request& request = owners[i].prepare(write_at(file.fd(), 0, texts[i]), nullptr, nullptr);
        request.inbox_next = newest;
        newest = &request;
        oldest = oldest != nullptr ? oldest : &request;
    }
    engine.post(*newest, *oldest);
    for (Owner& owner : owners) {
        BOOST_TEST(owner.finish() == (Status{1, 0}));
    }
    BOOST_TEST(file.contents() == "0123456789");
}

BOOST_AUTO_TEST_CASE(a_dropped_request_never_was) {
    ScratchFile file("0123456789");
    let_go(file.fd());  // somebody else had that number in the case before
    Owner dropped;
    uint64_t before = submitted();
    engine.drop(dropped.prepare(write_at(file.fd(), 0, "x"), nullptr, nullptr));
    BOOST_TEST(!engine.serves(dropped.number(), &dropped));
    BOOST_TEST(!engine.has_requests(file.fd()));
    Owner next;
    char byte;
    next.submit(read_at(file.fd(), 0, &byte, 1));
    next.finish();
    BOOST_TEST(next.number() == dropped.number());
    BOOST_TEST(byte == '0');
    BOOST_TEST(dropped.published() == 0);
    BOOST_TEST(submitted() == before + 1);
}

BOOST_AUTO_TEST_CASE(the_owner_is_not_touched_once_it_is_published) {
    ScratchFile file("0123456789");
    static Bell unmapped;
    auto publish = [](void* owner, ssize_t /*result*/, int /*error*/) {
        munmap(owner, 4'096);
        unmapped.ring();
    };
    for (int i = 0; i < 100; ++i) {
        void* owner = mmap(nullptr, 4'096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        BOOST_TEST_REQUIRE(owner != MAP_FAILED);
        int error = 0;
        Request* request =
            engine.prepare({write_at(file.fd(), 0, "x"), owner, publish, nullptr, nullptr}, error);
        BOOST_TEST_REQUIRE(request != nullptr);
        engine.post(*request, *request);
    }
    unmapped.wait(100);
    let_go(file.fd());
    BOOST_TEST(!engine.has_requests(file.fd()));
}

BOOST_AUTO_TEST_CASE(who_waits_in_the_room_is_woken) {
    ScratchFile file("0123456789");
    for (int i = 0; i < 200; ++i) {
        Owner owner;
        WaitingRoom& room = engine.waiting_room();
        uint32_t kind = WaitingRoom::kind_of(&owner);
        owner.submit(write_at(file.fd(), 0, "x"));
        for (;;) {
            uint32_t ticket = room.announce(kind);
            if (owner.published() != 0) {
                break;
            }
            room.sleep(ticket, kind, kNever);
        }
        BOOST_TEST(owner.finish() == (Status{1, 0}));
    }
}

BOOST_AUTO_TEST_SUITE(cancel)

BOOST_AUTO_TEST_CASE(a_queued_request_is_withdrawn_and_published_at_once) {
    HeldQueue queue(2);
    Owner& victim = queue.waiting[0];
    BOOST_TEST(is(engine.cancel(victim.number(), &victim), 1, 0));
    BOOST_TEST(victim.published() == 1);
    BOOST_TEST(victim.status() == (Status{-1, ECANCELED}));
    BOOST_TEST(queue.waiting[1].published() == 0);
    queue.finish(2);
    BOOST_TEST(victim.published() == 1);
    BOOST_TEST(queue.waiting[1].status() == (Status{1, 0}));
}

BOOST_AUTO_TEST_CASE(a_running_request_goes_on) {
    HeldQueue queue(0);
    BOOST_TEST(is(engine.cancel(queue.running.number(), &queue.running), 0, 1));
    BOOST_TEST(queue.running.published() == 0);
    queue.finish(1);
    BOOST_TEST(queue.running.status() == (Status{1, 0}));
}

BOOST_AUTO_TEST_CASE(a_request_that_is_done_is_not_found) {
    HeldQueue queue(0);
    queue.finish(1);
    BOOST_TEST(is(engine.cancel(queue.running.number(), &queue.running), 0, 0));
}

BOOST_AUTO_TEST_CASE(a_request_of_somebody_else_is_left_alone) {
    HeldQueue queue(1);
    Owner somebody;
    BOOST_TEST(is(engine.cancel(queue.waiting[0].number(), &somebody), 0, 0));
    BOOST_TEST(is(engine.cancel(UINT32_MAX, &queue.waiting[0]), 0, 0));
    BOOST_TEST(queue.waiting[0].published() == 0);
    queue.finish(2);
}

BOOST_AUTO_TEST_CASE(all_requests_of_a_descriptor_are_withdrawn) {
    constexpr size_t kMany = 2 * kWithdrawBatch + 3;
    HeldQueue queue(kMany);
    HeldQueue other(1);
    BOOST_TEST(is(engine.cancel_all(queue.file.fd()), kMany, 1));
    for (Owner& owner : queue.waiting) {
        BOOST_TEST_REQUIRE(owner.published() == 1);
        BOOST_TEST_REQUIRE(owner.status() == (Status{-1, ECANCELED}));
    }
    BOOST_TEST(other.waiting[0].published() == 0);
    BOOST_TEST(is(engine.cancel_all(queue.file.fd()), 0, 1));
    queue.finish(1);
    other.finish(2);
    BOOST_TEST(is(engine.cancel_all(queue.file.fd()), 0, 0));
}

BOOST_AUTO_TEST_CASE(a_descriptor_without_requests_has_none_to_withdraw) {
    ScratchFile file;
    BOOST_TEST(is(engine.cancel_all(file.fd()), 0, 0));
    BOOST_TEST(is(engine.cancel_all(-1), 0, 0));
    BOOST_TEST(is(engine.cancel_all(1'000'000), 0, 0));
}

// Owners are told in the order in which they were admitted.
std::vector<void*> told;

BOOST_AUTO_TEST_CASE(owners_are_told_in_order) {
    HeldQueue queue(0);
    int owners[20];
    std::vector<void*> expected;
    told.clear();
    for (int& owner : owners) {
        auto publish = [](void* who, ssize_t /*result*/, int /*error*/) { told.push_back(who); };
        int error = 0;
        Request* request = engine.prepare(
            {write_at(queue.file.fd(), 0, "x"), &owner, publish, nullptr, nullptr}, error);
        BOOST_TEST_REQUIRE(request != nullptr);
        engine.post(*request, *request);
        expected.push_back(&owner);
    }
    BOOST_TEST(is(engine.cancel_all(queue.file.fd()), 20, 1));
    BOOST_TEST(told == expected, boost::test_tools::per_element());
    queue.finish(1);
}

// Whether a read of an empty pipe has been parked yet cannot be seen; until then it runs.
BOOST_AUTO_TEST_CASE(a_read_that_waits_for_its_stream_is_withdrawn) {
    char byte;
    Owner owner;
    Owner next;
    ReadGate gate;
    owner.submit(read_at(gate.fd(), 0, &byte, 1));
    while (engine.cancel(owner.number(), &owner).withdrawn == 0) {
        BOOST_TEST_REQUIRE(owner.published() == 0);
        sched_yield();
    }
    BOOST_TEST(owner.status() == (Status{-1, ECANCELED}));
    next.submit(read_at(gate.fd(), 0, &byte, 1));
    gate.release("!");
    BOOST_TEST(next.finish() == (Status{1, 0}));
    BOOST_TEST(byte == '!');
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(lists)

BOOST_AUTO_TEST_CASE(a_list_is_done_when_all_of_it_is_published) {
    ScratchFile file("0123456789");
    HeldIo held(file.fd());
    int error = 0;
    Batch* batch = open_batch(nullptr, error);
    BOOST_TEST_REQUIRE(batch != nullptr);
    Owner owners[3];
    char bytes[3];
    for (size_t i = 0; i < 3; ++i) {
        join(*batch);
        Request& request = owners[i].prepare(
            read_at(file.fd(), static_cast<int64_t>(2 * i), &bytes[i], 1), nullptr, batch);
        engine.post(request, request);
    }
    engine.submitted(*batch);
    held.wait_until_running(3);
    held.release(2);
    BOOST_TEST(batch->done == 0u);
    held.release();
    BOOST_TEST((wait_for(*batch) == WaitEnd::kWoken));
    for (Owner& owner : owners) {
        BOOST_TEST(owner.published() == 1);
        BOOST_TEST(owner.finish() == (Status{1, 0}));
    }
    release(*batch);
    let_go(file.fd());
}

BOOST_AUTO_TEST_CASE(a_withdrawn_request_counts_for_its_list) {
    HeldQueue queue(0);
    int error = 0;
    Batch* batch = open_batch(nullptr, error);
    BOOST_TEST_REQUIRE(batch != nullptr);
    Owner owner;
    join(*batch);
    Request& request = owner.prepare(write_at(queue.file.fd(), 0, "z"), nullptr, batch);
    engine.post(request, request);
    engine.submitted(*batch);
    BOOST_TEST(is(engine.cancel(owner.number(), &owner), 1, 0));
    BOOST_TEST((wait_for(*batch) == WaitEnd::kWoken));
    release(*batch);
    queue.finish(1);
}

BOOST_AUTO_TEST_SUITE_END()

// What was submitted was performed or cancelled, and nothing twice. Comes last: it speaks for all
// cases that ran before it.
BOOST_AUTO_TEST_CASE(the_counters_balance) {
    HeldQueue queue(2);
    engine.cancel(queue.waiting[1].number(), &queue.waiting[1]);
    queue.finish(2);
    BOOST_TEST(submitted() >= 3u);
    BOOST_TEST(performed() >= 2u);
    BOOST_TEST(counted(Counter::kCancelled) >= 1u);
    BOOST_TEST(submitted() == performed() + counted(Counter::kCancelled));
    BOOST_TEST(counters().outstanding_max >= 3u);
}

}  // namespace
}  // namespace uaio
