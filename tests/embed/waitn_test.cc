// Goal: what has ended without a `done` is told once, in order, to whoever waits for it or polls
// the engine's descriptor, and is never lost. Method: pipes hold operations; the test's own
// engines.
#define BOOST_TEST_MODULE waitn
#include <uaio/engine.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/embed/own_engine.h"
#include "tests/embed/task.h"
#include "tests/support/gate.h"
#include "tests/support/scratch_file.h"
#include "tests/support/signals.h"

namespace uaio::test {
namespace {

constexpr int64_t kForEver = -1;

// Reads of one byte, each without `done`, one behind the other at a gate.
struct Reads {
    explicit Reads(size_t count) {
        for (size_t i = 0; i < count; ++i) {
            Task& read = tasks.emplace_back(UAIO_READ, gate.fd(), &byte, 1);
            read.operation.done = nullptr;
            BOOST_TEST(read.submit(engine) == 0);
        }
    }

    std::vector<uaio_operation*> take(size_t min, size_t max, int64_t timeout_ns = kForEver,
                                      int expected = 0) {
        std::vector<uaio_operation*> taken(max);
        int error = 0;
        taken.resize(uaio_waitn(engine, taken.data(), min, max, timeout_ns, &error));
        BOOST_TEST(error == expected);
        return taken;
    }

    std::deque<Task> tasks;
    char byte;
    ReadGate gate;
    OwnEngine engine;
};

bool is_readable(int fd, int timeout_ms) {
    pollfd entry = {fd, POLLIN, 0};
    return poll(&entry, 1, timeout_ms) == 1 && (entry.revents & POLLIN) != 0;
}

BOOST_AUTO_TEST_CASE(what_has_ended_is_taken_once_in_order) {
    Reads reads(5);
    reads.gate.release("abcde");
    std::vector<uaio_operation*> all;
    for (size_t count : {size_t{2}, size_t{3}}) {
        for (uaio_operation* each : reads.take(count, count)) all.push_back(each);
    }
    BOOST_TEST_REQUIRE(all.size() == 5u);
    for (size_t i = 0; i < 5; ++i) {
        BOOST_TEST(all[i] == &reads.tasks[i].operation);
        BOOST_TEST(reads.tasks[i].outcome() == 1);
    }
    BOOST_TEST(reads.take(0, 5).empty());
}

BOOST_AUTO_TEST_CASE(failures_are_told_as_results) {
    ScratchFile file("bytes");
    OwnEngine engine;
    Task read(UAIO_READ, file.fd(), nullptr, 4);
    read.operation.done = nullptr;
    BOOST_TEST(read.submit(engine) == 0);
    uaio_operation* taken = nullptr;
    BOOST_TEST(uaio_waitn(engine, &taken, 1, 1, kForEver, nullptr) == 1u);
    BOOST_TEST(taken->result == -1);
    BOOST_TEST(taken->error == EFAULT);
}

BOOST_AUTO_TEST_CASE(a_wait_has_a_limit) {
    Reads reads(2);
    BOOST_TEST(reads.take(1, 2, 0, ETIMEDOUT).empty());
    BOOST_TEST(reads.take(1, 2, 1'000'000, ETIMEDOUT).empty());
    BOOST_TEST(reads.take(0, 2).empty());
    BOOST_TEST(reads.take(0, 0).empty());
    reads.gate.release("a");
    BOOST_TEST(reads.take(2, 2, 50'000'000, ETIMEDOUT).size() <= 1u);
}

BOOST_AUTO_TEST_CASE(a_minimum_above_the_maximum_is_invalid) {
    Reads reads(1);
    BOOST_TEST(reads.take(2, 1, 0, EINVAL).empty());
    BOOST_TEST(uaio_waitn(reads.engine, nullptr, 1, 0, 0, nullptr) == 0u);
}

BOOST_AUTO_TEST_CASE(who_waits_is_woken) {
    constexpr size_t kReads = 20;
    Reads reads(kReads);
    std::thread releaser([&] {
        for (size_t i = 0; i < kReads; ++i) reads.gate.release("x");
    });
    BOOST_TEST(reads.take(kReads, kReads).size() == kReads);
    releaser.join();
}

BOOST_AUTO_TEST_CASE(several_may_take) {
    constexpr size_t kReads = 200;
    constexpr size_t kTakers = 3;
    Reads reads(kReads);
    std::atomic<size_t> left{kReads};
    std::vector<std::thread> takers;
    for (size_t i = 0; i < kTakers; ++i) {
        takers.emplace_back([&] {
            while (left > 0) {
                uaio_operation* taken[7];
                size_t count = uaio_waitn(reads.engine, taken, 1, 7, 1'000'000, nullptr);
                for (size_t each = 0; each < count; ++each) ++taken[each]->bytes;
                left -= count;
            }
        });
    }
    reads.gate.release(std::string(kReads, 'x'));
    for (std::thread& taker : takers) taker.join();
    for (Task& read : reads.tasks) BOOST_TEST(read.operation.bytes == 2u);
}

BOOST_AUTO_TEST_CASE(a_signal_handler_ends_the_wait) {
    Reads reads(1);
    SignalHandler handler(SIGUSR1, [](int, siginfo_t*, void*) {});
    std::atomic<bool> back{false};
    pthread_t waiter = pthread_self();
    std::thread striker([&] {
        while (!back) {
            pthread_kill(waiter, SIGUSR1);
            std::this_thread::yield();
        }
    });
    BOOST_TEST(reads.take(1, 1, int64_t{3600} * 1'000'000'000, EINTR).empty());
    back = true;
    striker.join();
}

BOOST_AUTO_TEST_CASE(what_is_cancelled_is_told) {
    Reads reads(2);
    BOOST_TEST(reads.tasks[1].cancel(reads.engine) == 1u);
    std::vector<uaio_operation*> taken = reads.take(0, 2);
    BOOST_TEST_REQUIRE(taken.size() == 1u);
    BOOST_TEST(taken[0] == &reads.tasks[1].operation);
    BOOST_TEST(reads.tasks[1].outcome() == -ECANCELED);
    BOOST_TEST(reads.tasks[1].cancel(reads.engine) == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_done_at_once_is_told_too) {
    ScratchFile file("bytes");
    char bytes[5];
    Task read(UAIO_READ, file.fd(), bytes, 5);
    read.operation.done = nullptr;
    BOOST_TEST(read.submit() == 0);
    uaio_operation* taken = nullptr;
    BOOST_TEST(uaio_waitn(uaio_engine_shared(), &taken, 1, 1, kForEver, nullptr) == 1u);
    BOOST_TEST(taken == &read.operation);
    BOOST_TEST(read.outcome() == 5);
}

// --- the descriptor ---------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_descriptor_is_readable_while_there_is_something) {
    Reads reads(4);
    int fd = uaio_engine_descriptor(reads.engine, nullptr);
    BOOST_TEST_REQUIRE(fd >= 0);
    BOOST_TEST((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    BOOST_TEST(uaio_engine_descriptor(reads.engine, nullptr) == fd);
    BOOST_TEST(!is_readable(fd, 0));
    for (int round = 0; round < 2; ++round) {
        reads.gate.release("ab");
        BOOST_TEST(is_readable(fd, -1));
        BOOST_TEST(reads.take(1, 1).size() == 1u);
        BOOST_TEST(is_readable(fd, -1));  // the second may still be on its way
        BOOST_TEST(reads.take(1, 1).size() == 1u);
        BOOST_TEST(!is_readable(fd, 0));
    }
}

// What is cancelled has ended when that is said.
BOOST_AUTO_TEST_CASE(a_descriptor_that_comes_late_is_readable_at_once) {
    Reads reads(2);
    BOOST_TEST(reads.tasks[1].cancel(reads.engine) == 1u);
    int fd = uaio_engine_descriptor(reads.engine, nullptr);
    BOOST_TEST(is_readable(fd, 0));
    BOOST_TEST(reads.take(1, 1).size() == 1u);
    BOOST_TEST(!is_readable(fd, 0));
}

// A thread that is to be cancelled goes on until it is back, with what it has taken.
BOOST_AUTO_TEST_CASE(a_call_is_no_place_to_be_cancelled) {
    Reads reads(2);
    BOOST_TEST(uaio_engine_descriptor(reads.engine, nullptr) >= 0);
    size_t taken = 0;
    size_t cancelled = 0;
    reads.gate.release("x");
    std::thread thread([&] {
        pthread_cancel(pthread_self());
        uaio_operation* ended[2];
        taken = uaio_waitn(reads.engine, ended, 1, 1, kForEver, nullptr);
        uaio_operation* second = &reads.tasks[1].operation;
        cancelled = uaio_cancel(reads.engine, &second, 1);
        pthread_testcancel();
        taken = cancelled = 2;
    });
    thread.join();
    BOOST_TEST(taken == 1u);
    BOOST_TEST(cancelled == 1u);
    BOOST_TEST(reads.take(1, 1).size() == 1u);
}

BOOST_AUTO_TEST_CASE(operations_with_a_function_do_not_make_it_readable) {
    ScratchFile file("bytes");
    OwnEngine engine;
    int fd = uaio_engine_descriptor(engine, nullptr);
    char byte;
    Task read(UAIO_READ, file.fd(), &byte, 1, UAIO_OWN_POSITION);
    BOOST_TEST(read.submit(engine) == 0);
    BOOST_TEST(read.wait() == 1);
    BOOST_TEST(!is_readable(fd, 0));
}

// A single one is on its way at a time, so that each has to be shown by itself.
BOOST_AUTO_TEST_CASE(no_end_is_missed_by_who_polls) {
    constexpr int kRounds = 3'000;
    ScratchFile file("bytes");
    OwnEngine engine;
    int fd = uaio_engine_descriptor(engine, nullptr);
    char byte;
    Task read(UAIO_READ, file.fd(), &byte, 1, UAIO_OWN_POSITION);
    read.operation.done = nullptr;
    for (int round = 0; round < kRounds; ++round) {
        BOOST_TEST_REQUIRE(read.submit(engine) == 0);
        uaio_operation* taken = nullptr;
        while (uaio_waitn(engine, &taken, 0, 1, 0, nullptr) == 0) {
            BOOST_TEST_REQUIRE(is_readable(fd, -1));
        }
        BOOST_TEST_REQUIRE(taken == &read.operation);
    }
    BOOST_TEST(!is_readable(fd, 0));
}

// A program that closes what is not its own: what it opens there is left alone.
BOOST_AUTO_TEST_CASE(a_descriptor_that_was_taken_away_is_left_alone) {
    ScratchFile file("bytes");
    ScratchFile other("other");
    OwnEngine engine;
    int fd = uaio_engine_descriptor(engine, nullptr);
    BOOST_TEST(dup2(other.fd(), fd) == fd);
    char byte;
    Task read(UAIO_READ, file.fd(), &byte, 1, UAIO_OWN_POSITION);
    read.operation.done = nullptr;
    BOOST_TEST(read.submit(engine) == 0);
    uaio_operation* taken = nullptr;
    BOOST_TEST(uaio_waitn(engine, &taken, 1, 1, kForEver, nullptr) == 1u);
    BOOST_TEST(other.contents() == "other");
    BOOST_TEST(lseek(fd, 0, SEEK_CUR) == 0);
    close(fd);
}

}  // namespace
}  // namespace uaio::test
