// uaio_aio_waitcomplete among threads, processes and blocks that come and go.

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <uaio/aio.h>

#include <deque>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/extensions/collected.h"
#include "tests/storm/safe_fork.h"
#include "tests/support/gate.h"
#include "tests/support/request.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"

using namespace uaio::test;

namespace {

constexpr unsigned kHangSeconds = 60;

// Bits of what goes wrong in a child, whose parent has a request that has ended.
int check_child(int fd) {
    alarm(kHangSeconds);
    Plain read(fd, 4);
    int wrong = next(&kAtOnce) == kNothingYet ? 0 : 1;
    wrong |= aio_read(&read.block) == 0 ? 0 : 2;
    wrong |= next() == Answer{&read.block, 4, 0} ? 0 : 4;
    return wrong;
}

void* wait_for_next(void*) {
    next();
    return nullptr;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(collecting_lives, Collecting)

BOOST_AUTO_TEST_CASE(each_request_comes_to_one_of_several_threads) {
    constexpr size_t kThreads = 3;
    constexpr size_t kEach = 100;
    ScratchFile file("0123456789");
    std::deque<Plain> requests;
    std::vector<std::vector<const aiocb*>> found(kThreads);
    std::vector<std::thread> threads;
    for (size_t i = 0; i < kThreads; ++i) {
        threads.emplace_back([&found, i] {
            for (size_t n = 0; n < kEach; ++n) found[i].push_back(next().block);
        });
    }
    for (size_t i = 0; i < kThreads * kEach; ++i) {
        Plain& request = requests.emplace_back(file.fd(), 1 + i % 3, 20);
        BOOST_TEST_REQUIRE((i % 2 == 0 ? aio_read : aio_write)(&request.block) == 0);
    }
    for (std::thread& each : threads) each.join();
    std::set<const aiocb*> blocks;
    for (const auto& each : found) blocks.insert(each.begin(), each.end());
    BOOST_TEST(blocks.size() == kThreads * kEach);
    BOOST_TEST(blocks.count(nullptr) == 0);
    BOOST_TEST(next(&kAtOnce) == kNothingYet);
}

BOOST_AUTO_TEST_CASE(a_block_may_be_freed_as_soon_as_it_has_come) {
    ScratchFile file;
    for (int i = 0; i < 200; ++i) {
        auto write = std::make_unique<Plain>(file.fd(), 3);
        BOOST_TEST_REQUIRE(aio_write(&write->block) == 0);
        BOOST_TEST_REQUIRE(next() == (Answer{&write->block, 3, 0}));
    }
}

BOOST_AUTO_TEST_CASE(a_block_that_is_gone_is_not_looked_at) {
    ScratchFile file;
    auto write = std::make_unique<Plain>(file.fd(), 3);
    const aiocb* address = &write->block;
    BOOST_TEST(aio_write(&write->block) == 0);
    write->wait_for_end();
    write.reset();
    BOOST_TEST(next() == (Answer{address, 3, 0}));
}

BOOST_AUTO_TEST_CASE(a_child_starts_with_nothing) {
    ScratchFile file("0123456789");
    ReadGate gate;
    Plain ended(file.fd(), 4);
    Plain waiting(gate.fd(), 1);
    BOOST_TEST(aio_read(&ended.block) == 0);
    BOOST_TEST(aio_read(&waiting.block) == 0);
    ended.wait_for_end();
    pid_t child = fork_safely();
    if (child == 0) _exit(check_child(file.fd()));
    require(child > 0, "fork");
    int status = 0;
    require(waitpid(child, &status, 0) == child, "wait for a child");
    BOOST_TEST(status == 0);
    BOOST_TEST(next() == (Answer{&ended.block, 4, 0}));
    gate.release("x");
    BOOST_TEST(next() == (Answer{&waiting.block, 1, 0}));
}

BOOST_AUTO_TEST_CASE(a_cancelled_thread_takes_nothing_along) {
    ReadGate gate;
    Plain read(gate.fd(), 1);
    BOOST_TEST(aio_read(&read.block) == 0);
    pthread_t thread;
    require(pthread_create(&thread, nullptr, wait_for_next, nullptr) == 0, "start a thread");
    require(pthread_cancel(thread) == 0, "cancel a thread");
    void* end = nullptr;
    pthread_join(thread, &end);
    BOOST_TEST((end == PTHREAD_CANCELED));
    gate.release("x");
    BOOST_TEST(next() == (Answer{&read.block, 1, 0}));
}

BOOST_AUTO_TEST_SUITE_END()
