// Polls come whatever happens beside them: threads that cannot be had, more polls than poll(3)
// takes at a time. Method: system calls of the library that fail, or do something else first
// (--wrap); a limit that is lowered; a number that gets another file.
#define BOOST_TEST_MODULE polls
#include "aio/libaio/polls.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "aio/libaio/door.h"
#include "tests/support/gate.h"

namespace uaio {
namespace {

using test::ReadGate;

struct Opened {
    Opened() { BOOST_TEST_REQUIRE(setup_context(8, &context) == 0); }
    ~Opened() { destroy_context(context); }

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

    uintptr_t context = 0;
};

IoBlock poll_of(int fd) {
    IoBlock block = {};
    block.opcode = kPoll;
    block.fd = fd;
    block.buffer = POLLIN;
    return block;
}

std::atomic<void (*)()> before_thread = nullptr;  // the next one, which is refused then

// The first case, because no thread may be there yet. While one is being refused, the poll that
// asked for it is cancelled, and another one gets its records.
BOOST_FIXTURE_TEST_CASE(who_gets_no_thread_takes_back_only_its_own_poll, Opened) {
    static uintptr_t place;
    static ReadGate gate;
    static IoBlock first;
    static IoBlock second;
    static std::thread other;
    place = context;
    first = second = poll_of(gate.fd());
    before_thread = [] {
        BOOST_TEST(cancel_block(place, &first) == -EINPROGRESS);
        other = std::thread([] {
            IoBlock* list[] = {&second};
            BOOST_TEST(submit_blocks(place, 1, list) == 1);
        });
        Visit visit(place);
        while (visit.context()->slots.at(0)->block != reinterpret_cast<uintptr_t>(&second)) {
        }
    };
    BOOST_TEST(submit(first) == 1);
    other.join();
    BOOST_TEST(next().block == reinterpret_cast<uintptr_t>(&first));
    gate.release("x");
    IoEvent event = next();
    BOOST_TEST(event.block == reinterpret_cast<uintptr_t>(&second));
    BOOST_TEST((event.result & POLLIN) != 0);
}

// Returns when the thread has looked at all polls that were there.
void await_a_look(Opened& opened) {
    ReadGate gate;
    IoBlock block = poll_of(gate.fd());
    BOOST_TEST(opened.submit(block) == 1);
    gate.release("x");
    BOOST_TEST(opened.next().block == reinterpret_cast<uintptr_t>(&block));
}

// What the number stands for by then would be ready at once.
BOOST_FIXTURE_TEST_CASE(a_number_that_is_used_again_is_not_polled, Opened) {
    ReadGate gate;
    ReadGate other;
    int number = dup(gate.fd());
    IoBlock block = poll_of(number);
    BOOST_TEST(submit(block) == 1);
    other.release("x");
    BOOST_TEST(dup2(other.fd(), number) == number);
    BOOST_TEST(next().result == -EBADF);
    close(number);
}

struct LowLimit {
    explicit LowLimit(rlim_t limit) {
        BOOST_TEST_REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
        rlimit low = {limit, before.rlim_max};
        BOOST_TEST_REQUIRE(setrlimit(RLIMIT_NOFILE, &low) == 0);
    }
    ~LowLimit() { setrlimit(RLIMIT_NOFILE, &before); }

    rlimit before;
};

BOOST_FIXTURE_TEST_CASE(there_may_be_more_polls_than_descriptors, Opened) {
    ReadGate first;
    ReadGate last;
    for (rlim_t limit : {64, 5, 1}) {
        LowLimit low(limit);
        std::vector<IoBlock> blocks(100, poll_of(first.fd()));
        blocks.back().fd = last.fd();
        for (IoBlock& block : blocks) BOOST_TEST_REQUIRE(submit(block) == 1);
        last.release("x");
        BOOST_TEST(next().block == reinterpret_cast<uintptr_t>(&blocks.back()));
        first.release("x");
        for (size_t i = 1; i < blocks.size(); ++i) BOOST_TEST((next().result & POLLIN) != 0);
        char got;
        BOOST_TEST((read(first.fd(), &got, 1) == 1 && read(last.fd(), &got, 1) == 1));
    }
}

std::atomic<void (*)()> after_unmap = nullptr;  // the next one

// The child does on its own thread what its parent's does with polls. True if it could.
bool a_child_polls() {
    pid_t child = fork();
    if (child == 0) {
        uintptr_t context = 0;
        ReadGate gate;
        IoBlock block = poll_of(gate.fd());
        IoBlock* list[] = {&block};
        IoEvent event;
        bool all = setup_context(8, &context) == 0 && submit_blocks(context, 1, list) == 1;
        gate.release("x");
        all = all && collect_events(context, 1, 1, &event, nullptr, nullptr) == 1;
        _exit(all ? 0 : 1);
    }
    int status = -1;
    return waitpid(child, &status, 0) == child && status == 0;
}

// The thread gives back its arrays when it needs larger ones for the second time.
BOOST_FIXTURE_TEST_CASE(a_fork_may_come_while_the_thread_makes_room, Opened) {
    static std::atomic<int> could = -1;
    ReadGate gate;
    uintptr_t others = 0;
    BOOST_TEST_REQUIRE(setup_context(1'000, &others) == 0);
    std::vector<IoBlock> blocks(1'000, poll_of(gate.fd()));
    std::vector<IoBlock*> list;
    for (IoBlock& block : blocks) list.push_back(&block);
    after_unmap = [] { could = a_child_polls(); };
    long taken = 0;
    for (long more : {100, 900}) {
        BOOST_TEST_REQUIRE(submit_blocks(others, more, list.data() + taken) == more);
        taken += more;
        await_a_look(*this);
    }
    while (could < 0) sched_yield();
    BOOST_TEST(could == 1);
    BOOST_TEST(destroy_context(others) == 0);
}

}  // namespace

extern "C" int __real_munmap(void*, size_t);

extern "C" int __wrap_munmap(void* pages, size_t bytes) {
    int result = __real_munmap(pages, bytes);
    if (void (*after)() = after_unmap.exchange(nullptr)) after();
    return result;
}

extern "C" int __real_pthread_create(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);

extern "C" int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                                     void* (*run)(void*), void* argument) {
    if (void (*before)() = before_thread.exchange(nullptr)) {
        before();
        return EAGAIN;
    }
    return __real_pthread_create(thread, attributes, run, argument);
}

}  // namespace uaio
