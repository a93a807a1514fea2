// The door's own promises, for which no kernel is needed: what may be reused when, how much room
// there is, what cancelling does, and what is refused. Method: pipes that hold requests.
#define BOOST_TEST_MODULE door
#include "aio/libaio/door.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "aio/libaio/platform/bell.h"
#include "tests/libaio/door_fixture.h"
#include "tests/support/gate.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

using namespace test;

BOOST_FIXTURE_TEST_CASE(blocks_and_pieces_may_be_reused_at_once, Opened) {
    ReadGate gate;
    {
        std::array<iovec, 6> pieces;
        for (size_t i = 0; i < pieces.size(); ++i) pieces[i] = {data + i, 1};
        IoBlock block = block_of(kPreadv, gate.fd(), pieces.data(), pieces.size());
        block.data = 42;
        BOOST_TEST(submit(block) == 1);
        memset(pieces.data(), 0xff, sizeof pieces);
        memset(&block, 0xff, sizeof block);
    }
    gate.release("pieces");
    IoEvent event = next();
    BOOST_TEST(event.data == 42u);
    BOOST_TEST(event.result == 6);
    BOOST_TEST(std::string(data, 6) == "pieces");
}

BOOST_FIXTURE_TEST_CASE(a_full_ring_takes_a_part_and_then_nothing, Opened) {
    ReadGate gate;
    long most = Visit(context).context()->ring.events_max();
    BOOST_TEST(most >= 8);
    std::vector<IoBlock> blocks(most + 1, block_of(kPread, gate.fd(), data, 1));
    std::vector<IoBlock*> list;
    for (IoBlock& block : blocks) list.push_back(&block);
    BOOST_TEST(submit_blocks(context, most + 1, list.data()) == most);
    BOOST_TEST(submit_blocks(context, 1, list.data()) == -EAGAIN);
    gate.release("x");
    next();
    BOOST_TEST(submit_blocks(context, 2, list.data()) == 1);
    gate.end();
    for (long i = 0; i < most; ++i) BOOST_TEST(next().result == 0);
}

BOOST_FIXTURE_TEST_CASE(what_waits_can_be_cancelled, Opened) {
    ReadGate gate;
    IoBlock first = block_of(kPread, gate.fd(), data, 1);
    IoBlock second = first;
    IoBlock never = first;
    BOOST_TEST(submit(first) == 1);
    BOOST_TEST(submit(second) == 1);
    BOOST_TEST(cancel_block(context, &never) == -EINVAL);
    long answer;
    while ((answer = cancel_block(context, &first)) == -EINVAL) sched_yield();  // it is being tried
    BOOST_TEST(answer == -EINPROGRESS);
    IoEvent event = next();
    BOOST_TEST(event.block == reinterpret_cast<uintptr_t>(&first));
    BOOST_TEST(event.result == -ECANCELED);
    BOOST_TEST(cancel_block(context, &first) == -EINVAL);
    gate.release("x");
    BOOST_TEST(next().result == 1);
}

// Whoever is to be cancelled goes on until it comes to a place for that.
BOOST_FIXTURE_TEST_CASE(a_call_is_no_place_to_be_cancelled, Opened) {
    ScratchFile file("x");
    ReadGate gate;
    gate.release("x");
    int bell = eventfd(0, 0);
    int calls = 0;
    std::thread thread([&] {
        pthread_cancel(pthread_self());  // from the next place on
        IoBlock read = block_of(kPread, file.fd(), data, 1);
        read.flags = is_bell(bell) ? kFlagBell : 0;  // not everywhere
        read.bell = bell;
        calls += submit(read) == 1;
        IoBlock poll = block_of(kPoll, gate.fd(), reinterpret_cast<void*>(POLLIN), 0);
        calls += submit(poll) == 1;
        IoEvent events[2];
        sigset_t mask;
        sigemptyset(&mask);
        calls += collect_events(context, 2, 2, events, &kLong, &mask) == 2;
        calls += destroy() == 0;
        pthread_testcancel();
        calls = -1;
    });
    thread.join();
    BOOST_TEST(calls == 4);
    close(bell);
}

BOOST_FIXTURE_TEST_CASE(wild_pointers_are_refused, Opened) {
    ScratchFile file("0123456789");
    IoBlock block = block_of(kPread, file.fd(), data, 4);
    auto wild = [](uintptr_t address) { return reinterpret_cast<void*>(address); };
    for (uintptr_t address : {uintptr_t{1}, uintptr_t{8}, uintptr_t{4'096}, UINTPTR_MAX - 7}) {
        BOOST_TEST(setup_context(8, static_cast<uintptr_t*>(wild(address))) == -EFAULT);
        BOOST_TEST(destroy_context(address) == -EINVAL);
        BOOST_TEST(submit_blocks(address, 0, nullptr) == -EINVAL);
        BOOST_TEST(submit_blocks(context, 1, static_cast<IoBlock**>(wild(address))) == -EFAULT);
        IoBlock* list[] = {static_cast<IoBlock*>(wild(address))};
        BOOST_TEST(submit_blocks(context, 1, list) == -EFAULT);
        BOOST_TEST(cancel_block(context, list[0]) == -EFAULT);
        BOOST_TEST(collect_events(context, 1, 1, nullptr, static_cast<timespec*>(wild(address)),
                                  nullptr) == -EFAULT);
        BOOST_TEST(collect_events(context, 1, 1, nullptr, nullptr,
                                  static_cast<sigset_t*>(wild(address))) == -EFAULT);
        BOOST_TEST(submit(block) == 1);
        auto* events = static_cast<IoEvent*>(wild(address));
        BOOST_TEST(collect_events(context, 1, 1, events, nullptr, nullptr) == -EFAULT);
        BOOST_TEST(next().result == 4);
    }
}

BOOST_FIXTURE_TEST_CASE(polls_share_a_descriptor, Opened) {
    ReadGate gate;
    constexpr size_t kPolls = 100;
    std::vector<IoBlock> blocks(kPolls,
                                block_of(kPoll, gate.fd(), reinterpret_cast<void*>(POLLIN), 0));
    for (IoBlock& block : blocks) BOOST_TEST_REQUIRE(submit(block) == 1);
    for (size_t i = 0; i < kPolls; i += 3) {
        BOOST_TEST(cancel_block(context, &blocks[i]) == -EINPROGRESS);
        IoEvent event = next();
        BOOST_TEST(event.block == reinterpret_cast<uintptr_t>(&blocks[i]));
        BOOST_TEST(event.result == 0);
    }
    gate.release("x");
    for (size_t i = 0; i < kPolls; ++i) {
        if (i % 3 != 0) {
            BOOST_TEST((next().result & POLLIN) != 0);
        }
    }
    IoEvent event;
    BOOST_TEST(collect_events(context, 0, 1, &event, &kLong, nullptr) == 0);
}

// A read that waits in the queue of the same descriptor does not hold up a poll.
BOOST_FIXTURE_TEST_CASE(a_poll_is_not_ordered_behind_reads, Opened) {
    ReadGate gate;
    IoBlock read = block_of(kPread, gate.fd(), data, 1);
    IoBlock poll = block_of(kPoll, gate.fd(), reinterpret_cast<void*>(POLLIN | POLLOUT), 0);
    BOOST_TEST(submit(read) == 1);
    BOOST_TEST(submit(poll) == 1);
    gate.release("xy");
    BOOST_TEST(next().result > 0);
    BOOST_TEST(next().result > 0);
}

}  // namespace
}  // namespace uaio
