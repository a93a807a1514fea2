// The door's own promises, for which no kernel is needed: what may be reused when, how much room
// there is, what cancelling and destroying do to requests that wait, and who is woken. Method:
// pipes that hold requests, threads that wait.
#define BOOST_TEST_MODULE door
#include "aio/libaio/door.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <limits>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "aio/libaio/platform/bell.h"
#include "aio/libaio/context.h"
#include "tests/support/gate.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

using test::ReadGate;
using test::ScratchFile;

constexpr timespec kAtOnce = {0, 0};
constexpr timespec kLong = {3'600, 0};

struct Opened {
    Opened() { BOOST_TEST_REQUIRE(setup_context(8, &context) == 0); }
    ~Opened() {
        if (context != 0) destroy_context(context);
    }

    long submit(IoBlock& block) {
        IoBlock* list[] = {&block};
        return submit_blocks(context, 1, list);
    }

    // The event that comes next; waits.
    IoEvent next() {
        IoEvent event = {};
        BOOST_TEST_REQUIRE(collect_events(context, 1, 1, &event, nullptr, nullptr) == 1);
        return event;
    }

    long destroy() {
        uintptr_t dying = context;
        context = 0;
        return destroy_context(dying);
    }

    uintptr_t context = 0;
    char data[64] = {};
};

IoBlock block_of(Opcode opcode, int fd, void* buffer, size_t bytes, int64_t offset = 0) {
    IoBlock block = {};
    block.opcode = opcode;
    block.fd = fd;
    block.buffer = reinterpret_cast<uintptr_t>(buffer);
    block.bytes = bytes;
    block.offset = offset;
    return block;
}

uint32_t sleepers_at(uintptr_t context) {
    return Visit(context).context()->sleepers;
}

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
    std::vector<IoBlock> blocks(200, block_of(kPread, gate.fd(), data, 1));
    std::vector<IoBlock*> list;
    for (IoBlock& block : blocks) list.push_back(&block);
    long taken = submit_blocks(context, 200, list.data());
    BOOST_TEST(taken == 126);
    BOOST_TEST(submit_blocks(context, 1, list.data()) == -EAGAIN);
    gate.release("x");
    next();
    BOOST_TEST(submit_blocks(context, 2, list.data()) == 1);
    gate.end();
    for (int i = 0; i < 126; ++i) BOOST_TEST(next().result == 0);
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

BOOST_FIXTURE_TEST_CASE(destroying_withdraws_what_waits, Opened) {
    ReadGate gate;
    std::array<IoBlock, 10> blocks;
    blocks.fill(block_of(kPread, gate.fd(), data, 1));
    for (IoBlock& block : blocks) BOOST_TEST(submit(block) == 1);
    IoBlock poll = block_of(kPoll, gate.fd(), reinterpret_cast<void*>(POLLIN), 0);
    BOOST_TEST(submit(poll) == 1);
    uintptr_t old = context;
    BOOST_TEST(destroy() == 0);
    BOOST_TEST(destroy_context(old) == -EINVAL);
    BOOST_TEST(submit_blocks(old, 0, nullptr) == -EINVAL);
}

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

// Method: the numbers from which on the door's descriptors are.
BOOST_FIXTURE_TEST_CASE(a_forked_child_has_no_alarms, Opened) {
    sigset_t none;
    sigemptyset(&none);
    IoEvent event;
    constexpr timespec kSoon = {0, 1'000'000};
    BOOST_TEST(collect_events(context, 1, 1, &event, &kSoon, &none) == 0);
    pid_t child = fork();
    if (child == 0) {
        int open = 0;
        for (int fd = 500; fd < 600; ++fd) open += fcntl(fd, F_GETFD) >= 0;
        _exit(open);
    }
    int status = 0;
    BOOST_TEST(waitpid(child, &status, 0) == child);
    BOOST_TEST(status == 0);
}

// A client that closes what it did not open gets the numbers for its own.
BOOST_FIXTURE_TEST_CASE(an_alarm_that_the_client_has_replaced_is_made_again, Opened) {
    constexpr int kFirst = 500;
    constexpr int kLast = 520;
    ReadGate gate;
    sigset_t none;
    sigemptyset(&none);
    IoEvent event;
    constexpr timespec kSoon = {0, 1'000'000};
    BOOST_TEST(collect_events(context, 1, 1, &event, &kSoon, &none) == 0);  // makes it
    std::vector<int> mine;
    for (int fd = kFirst; fd < kLast; ++fd) {
        if (fcntl(fd, F_GETFD) >= 0) {
            int bell = eventfd(5, EFD_NONBLOCK);
            BOOST_TEST(dup2(bell, fd) == fd);
            close(bell);
            mine.push_back(fd);
        }
    }
    IoBlock block = block_of(kPread, gate.fd(), data, 1);
    BOOST_TEST(submit(block) == 1);
    std::thread feeder([&] { gate.release("x"); });
    BOOST_TEST(collect_events(context, 1, 1, &event, &kLong, &none) == 1);
    feeder.join();
    BOOST_TEST(destroy() == 0);
    for (int fd : mine) {
        uint64_t count = 0;
        BOOST_TEST(read(fd, &count, sizeof count) == 8);
        BOOST_TEST(count == 5u);
        close(fd);
    }
}

// Submitters, reapers and a destroyer at the same context. The buffers live until it is gone.
BOOST_AUTO_TEST_CASE(destroying_against_everybody) {
    ScratchFile file(std::string(4'096, 'f'));
    for (int round = 0; round < 100; ++round) {
        Opened opened;
        std::vector<std::thread> threads;
        std::array<std::array<char, 512>, 2> buffers;
        for (auto& buffer : buffers) {
            threads.emplace_back([&, context = opened.context] {
                IoBlock block = block_of(kPread, file.fd(), buffer.data(), buffer.size());
                block.rw_flags = 2;  // not at once
                IoBlock* list[] = {&block};
                IoEvent event;
                while (submit_blocks(context, 1, list) != -EINVAL &&
                       collect_events(context, 1, 1, &event, nullptr, nullptr) != -EINVAL) {
                }
            });
        }
        threads.emplace_back([context = opened.context] { destroy_context(context); });
        for (auto& thread : threads) thread.join();
        opened.context = 0;
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

// Method: the event's place can be read but not written, so that its taker is interrupted in the
// middle.
struct ReadOnlyPlace {
    uintptr_t context = 0;
    void* page = nullptr;
    long answer = 0;
} read_only_place;

BOOST_FIXTURE_TEST_CASE(a_handler_does_not_sleep_beside_an_event_it_cannot_take, Opened) {
    size_t bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    void* page = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    BOOST_TEST_REQUIRE(page != MAP_FAILED);
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
    gate.release("x");
    IoBlock block = block_of(kPread, gate.fd(), data, 1);
    block.data = 42;
    sigaction(SIGSEGV, &action, &before);
    long submitted = submit(block);
    auto* event = static_cast<IoEvent*>(page);
    long count = collect_events(context, 1, 1, event, nullptr, nullptr);
    sigaction(SIGSEGV, &before, nullptr);
    BOOST_TEST(submitted == 1);
    BOOST_TEST(count == 1);
    BOOST_TEST(event->data == 42u);
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
