// The end of a context, and what is left of one in a child. Method: pipes that hold requests,
// threads that meet io_destroy, descriptors that the client replaces.
#define BOOST_TEST_MODULE door_life
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "aio/libaio/door.h"
#include "tests/libaio/door_fixture.h"
#include "tests/support/gate.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

using namespace test;

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

// The pipe is full, and nobody reads it.
BOOST_FIXTURE_TEST_CASE(destroying_ends_a_write_that_was_made_in_part, Opened) {
    int ends[2];
    BOOST_TEST_REQUIRE(pipe(ends) == 0);
    std::string much(1 << 20, 'w');
    IoBlock block = block_of(kPwrite, ends[1], much.data(), much.size());
    BOOST_TEST(submit(block) == 1);
    pollfd reader = {ends[0], POLLIN, 0};
    BOOST_TEST(::poll(&reader, 1, -1) == 1);
    BOOST_TEST(destroy() == 0);
    ::close(ends[0]);
    ::close(ends[1]);
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

}  // namespace
}  // namespace uaio
