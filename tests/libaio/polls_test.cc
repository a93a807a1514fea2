// Polls come whatever happens beside them: threads that cannot be had, more polls than the program
// may have descriptors, descriptors that are closed. Method: a thread that is refused (--wrap); a
// limit that is lowered; a number that gets another file; system calls of the thread around which
// something else happens.
#define BOOST_TEST_MODULE polls
#include "aio/libaio/polls.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "aio/libaio/door.h"
#include "tests/libaio/polling.h"
#include "tests/support/gate.h"

namespace uaio {
namespace {

using namespace test;

std::atomic<void (*)()> before_thread = nullptr;  // the next one, which is refused then

// The first case, because no thread may be there yet. While one is being refused, the poll that
// asked for it is cancelled, and another one gets its records.
BOOST_FIXTURE_TEST_CASE(who_gets_no_thread_takes_back_only_its_own_poll, Polling) {
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
void await_a_look(Polling& polling) {
    ReadGate gate;
    IoBlock block = poll_of(gate.fd());
    BOOST_TEST(polling.submit(block) == 1);
    gate.release("x");
    BOOST_TEST(polling.next().block == reinterpret_cast<uintptr_t>(&block));
}

// What the number stands for by then would be ready at once.
BOOST_FIXTURE_TEST_CASE(a_number_that_is_used_again_is_not_polled, Polling) {
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

// The set of polls still knows the file that the number stood for, as long as somebody has it open.
BOOST_FIXTURE_TEST_CASE(what_the_number_stood_for_before_tells_nothing_of_what_it_is_now, Polling) {
    ReadGate before;
    ReadGate after;
    int number = dup(before.fd());
    IoBlock first = poll_of(number);
    BOOST_TEST(submit(first) == 1);
    BOOST_TEST(dup2(after.fd(), number) == number);
    IoBlock second = poll_of(number);
    BOOST_TEST(submit(second) == 1);
    before.release("x");
    IoEvent event = next();
    BOOST_TEST(event.block == reinterpret_cast<uintptr_t>(&first));
    BOOST_TEST(event.result == -EBADF);
    await_a_look(*this);
    after.release("x");
    event = next();
    BOOST_TEST(event.block == reinterpret_cast<uintptr_t>(&second));
    BOOST_TEST(event.result == POLLIN);
    close(number);
}

// Eventfds have no file of their own, so nobody sees that it is another one.
BOOST_FIXTURE_TEST_CASE(an_eventfd_in_the_place_of_another_is_waited_for, Polling) {
    int before = eventfd(0, EFD_NONBLOCK);
    int after = eventfd(0, EFD_NONBLOCK);
    int number = dup(before);
    IoBlock blocks[] = {poll_of(number), poll_of(number)};
    BOOST_TEST(submit(blocks[0]) == 1);
    BOOST_TEST(dup2(after, number) == number);
    BOOST_TEST(submit(blocks[1]) == 1);
    BOOST_TEST(eventfd_write(before, 1) == 0);
    await_a_look(*this);
    BOOST_TEST(eventfd_write(after, 1) == 0);
    for (int i = 0; i < 2; ++i) BOOST_TEST(next().result == POLLIN);
    for (int fd : {before, after, number}) close(fd);
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

BOOST_FIXTURE_TEST_CASE(there_may_be_more_polls_than_descriptors, Polling) {
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

std::atomic<void (*)()> in_the_thread = nullptr;  // the next time

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

// With poll(2) it gives back its arrays when it needs larger ones for the second time, with epoll
// it waits again.
BOOST_FIXTURE_TEST_CASE(a_fork_may_come_in_the_middle_of_what_the_thread_does, Polling) {
    static std::atomic<int> could = -1;
    ReadGate gate;
    uintptr_t others = 0;
    BOOST_TEST_REQUIRE(setup_context(1'000, &others) == 0);
    std::vector<IoBlock> blocks(1'000, poll_of(gate.fd()));
    std::vector<IoBlock*> list;
    for (IoBlock& block : blocks) list.push_back(&block);
    in_the_thread = [] { could = a_child_polls(); };
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

struct SocketPair {
    SocketPair() { BOOST_TEST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0); }
    ~SocketPair() {
        close(ends[0]);
        close(ends[1]);
    }

    // Until there is no room.
    void fill(int end) {
        char bytes[4'096] = {};
        while (send(ends[end], bytes, sizeof bytes, MSG_DONTWAIT) > 0) {
        }
    }

    void drain(int end) {
        char bytes[4'096];
        while (recv(ends[end], bytes, sizeof bytes, MSG_DONTWAIT) > 0) {
        }
    }

    int ends[2];
};

// What one of them has been told of is not told to the others, and these go on waiting.
BOOST_FIXTURE_TEST_CASE(polls_of_one_descriptor_want_different_things, Polling) {
    SocketPair pair;
    pair.fill(0);
    BOOST_TEST_REQUIRE(send(pair.ends[1], "x", 1, 0) == 1);
    IoBlock room = poll_of(pair.ends[0], POLLOUT);
    IoBlock end = poll_of(pair.ends[0], POLLRDHUP);
    IoBlock urgent = poll_of(pair.ends[0], POLLPRI);
    for (IoBlock* block : {&room, &end, &urgent}) BOOST_TEST(submit(*block) == 1);
    IoBlock bytes = poll_of(pair.ends[0], POLLIN);
    BOOST_TEST(submit(bytes) == 1);
    IoEvent event = next();
    BOOST_TEST(event.block == reinterpret_cast<uintptr_t>(&bytes));
    BOOST_TEST(event.result == POLLIN);
    pair.drain(1);
    event = next();
    BOOST_TEST(event.block == reinterpret_cast<uintptr_t>(&room));
    BOOST_TEST(event.result == POLLOUT);
    shutdown(pair.ends[1], SHUT_WR);
    event = next();
    BOOST_TEST(event.block == reinterpret_cast<uintptr_t>(&end));
    BOOST_TEST(event.result == POLLRDHUP);
    BOOST_TEST(cancel_block(context, &urgent) == -EINPROGRESS);
    BOOST_TEST(next().block == reinterpret_cast<uintptr_t>(&urgent));
}

BOOST_FIXTURE_TEST_CASE(thousands_wait_and_any_of_them_comes, Polling) {
    constexpr size_t kPolls = 5'000;
    uintptr_t large = 0;
    BOOST_TEST_REQUIRE(setup_context(kPolls, &large) == 0);
    std::vector<ReadGate> gates(100);
    std::vector<IoBlock> blocks(kPolls);
    for (size_t i = 0; i < kPolls; ++i) {
        blocks[i] = poll_of(gates[i % gates.size()].fd());
        blocks[i].data = i % gates.size();
        IoBlock* list[] = {&blocks[i]};
        BOOST_TEST_REQUIRE(submit_blocks(large, 1, list) == 1);
    }
    IoEvent event;
    for (size_t chosen : {size_t{99}, size_t{0}, size_t{42}}) {
        gates[chosen].release("x");
        for (size_t i = 0; i < kPolls / gates.size(); ++i) {
            BOOST_TEST_REQUIRE(collect_events(large, 1, 1, &event, nullptr, nullptr) == 1);
            BOOST_TEST_REQUIRE(event.data == chosen);
            BOOST_TEST_REQUIRE(event.result == POLLIN);
        }
    }
    BOOST_TEST(cancel_block(large, &blocks[1]) == -EINPROGRESS);
    BOOST_TEST(collect_events(large, 1, 1, &event, nullptr, nullptr) == 1);
    BOOST_TEST(event.block == reinterpret_cast<uintptr_t>(&blocks[1]));
    BOOST_TEST(destroy_context(large) == 0);
}

// A client that closes what it did not open gets the numbers for its own, which stay as they are.
BOOST_FIXTURE_TEST_CASE(polls_come_though_the_client_replaces_all_high_numbers, Polling) {
    ReadGate before;
    ReadGate after;
    IoBlock first = poll_of(before.fd());
    BOOST_TEST(submit(first) == 1);
    std::vector<int> mine;
    for (int fd = 500; fd < 520; ++fd) {
        if (fcntl(fd, F_GETFD) >= 0) {
            int bell = eventfd(5, EFD_NONBLOCK);
            BOOST_TEST(dup2(bell, fd) == fd);
            close(bell);
            mine.push_back(fd);
        }
    }
    IoBlock second = poll_of(after.fd());
    BOOST_TEST(submit(second) == 1);
    after.release("x");
    BOOST_TEST(next().block == reinterpret_cast<uintptr_t>(&second));
    before.release("x");
    BOOST_TEST(next().block == reinterpret_cast<uintptr_t>(&first));
    for (int fd : mine) {
        uint64_t count = 0;
        BOOST_TEST(read(fd, &count, sizeof count) == 8);
        BOOST_TEST(count == 5u);
        close(fd);
    }
}

}  // namespace

extern "C" int __real_munmap(void*, size_t);

extern "C" int __wrap_munmap(void* pages, size_t bytes) {
    int result = __real_munmap(pages, bytes);
    if (void (*act)() = in_the_thread.exchange(nullptr)) act();
    return result;
}

extern "C" int __real_epoll_wait(int, epoll_event*, int, int);

extern "C" int __wrap_epoll_wait(int set, epoll_event* events, int events_max, int timeout_ms) {
    if (void (*act)() = in_the_thread.exchange(nullptr)) act();
    return __real_epoll_wait(set, events, events_max, timeout_ms);
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
