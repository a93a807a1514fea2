// What the preload library makes of close, dup2, dup3, close_range and closefrom. A plain program:
// nothing of the engine is linked in (preloaded.sh runs it).
#define BOOST_TEST_MODULE close_storm
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <random>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/storm/child.h"
#include "tests/storm/streams.h"
#include "tests/support/request.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "tests/support/seed.h"
#include "tests/support/signals.h"

namespace uaio {
namespace {

using namespace test;

constexpr int kNumber = 900;  // above what the program and the engine have open
constexpr size_t kBytes = 64;

using Close = void (*)(int fd, int other);

// Each leaves `fd` standing for the file of `other`.
constexpr Close kCloses[] = {
    [](int fd, int other) { require(close(fd) == 0 && dup2(other, fd) == fd, "close"); },
    [](int fd, int other) { require(dup2(other, fd) == fd, "dup2"); },
    [](int fd, int other) { require(dup3(other, fd, O_CLOEXEC) == fd, "dup3"); },
    [](int fd, int other) {
        auto number = static_cast<unsigned>(fd);
        require(close_range(number, number, 0) == 0 && dup2(other, fd) == fd, "close_range");
    },
    [](int fd, int other) {
        closefrom(fd);
        require(dup2(other, fd) == fd, "closefrom");
    },
};

BOOST_AUTO_TEST_CASE(writes_never_reach_a_reused_descriptor) {
    constexpr size_t kWrites = 40;
    std::mt19937_64 random(announced_seed(20'260'308));
    const std::string untouched(4096, 'u');
    size_t cancelled = 0;
    for (size_t round = 0; round < scaled(1500); ++round) {
        ScratchFile victim;
        ScratchFile bystander(untouched);
        require(dup2(victim.fd(), kNumber) == kNumber, "take the number");
        std::deque<Request> writes;
        for (size_t i = 0; i < kWrites; ++i) {
            Request& write = writes.emplace_back(kNumber, std::string(kBytes, 'w'),
                                                 static_cast<off_t>(random() % 2048));
            BOOST_TEST_REQUIRE((i % 8 == 7 ? write.sync(O_SYNC) : write.write()) == 0);
        }
        for (size_t turns = random() % 50; turns > 0; --turns) {
            sched_yield();
        }
        kCloses[round % std::size(kCloses)](kNumber, bystander.fd());
        for (size_t i = 0; i < kWrites; ++i) {
            Outcome outcome = writes[i].finish();
            cancelled += outcome.error == ECANCELED;
            BOOST_TEST_REQUIRE(
                (outcome == failed(ECANCELED) || outcome == transferred(i % 8 == 7 ? 0 : kBytes)),
                outcome);
        }
        bool same = bystander.contents() == untouched;
        BOOST_TEST_REQUIRE(same);
        close(kNumber);
    }
    printf("%zu requests cancelled\n", cancelled);
}

// The reads may be anywhere between their submission and being parked.
BOOST_AUTO_TEST_CASE(close_against_parking) {
    std::mt19937_64 random(announced_seed(20'260'309));
    for (size_t round = 0; round < scaled(20'000); ++round) {
        Stream pipe(Stream::Kind::kPipe);
        int fd = dup(pipe.here());
        Request first(fd, 1);
        Request second(fd, 1);
        BOOST_TEST_REQUIRE(first.read() == 0);
        BOOST_TEST_REQUIRE(second.read() == 0);
        std::atomic<size_t> turns{random() % 3000};
        while (turns.load(std::memory_order_relaxed) > 0) {
            turns.fetch_sub(1, std::memory_order_relaxed);
        }
        BOOST_TEST_REQUIRE(close(fd) == 0);
        BOOST_TEST_REQUIRE(first.finish() == failed(ECANCELED));
        BOOST_TEST_REQUIRE(second.finish() == failed(ECANCELED));
    }
}

BOOST_AUTO_TEST_CASE(a_write_in_part_ends_short) {
    for (size_t round = 0; round < scaled(200); ++round) {
        Stream pipe(Stream::Kind::kPipe, Stream::Way::kOut);
        int fd = dup(pipe.here());
        Request write(fd, std::string(size_t{1} << 20, 'w'));
        BOOST_TEST_REQUIRE(write.write() == 0);
        std::string begun = pipe.receive(1);
        BOOST_TEST_REQUIRE(close(fd) == 0);
        Outcome outcome = write.finish();
        BOOST_TEST_REQUIRE(outcome.error == 0);
        BOOST_TEST_REQUIRE(outcome.result >= 1);
        BOOST_TEST_REQUIRE(outcome.result < ssize_t{1} << 20);
    }
}

bool locked_for_others(const ScratchFile& file) {
    return run_child([&] {
               struct flock lock = {};
               lock.l_type = F_WRLCK;
               lock.l_whence = SEEK_SET;
               return fcntl(file.fd(), F_GETLK, &lock) == 0 && lock.l_type == F_WRLCK ? 1 : 0;
           }) == 1;
}

BOOST_AUTO_TEST_CASE(record_locks_survive) {
    ScratchFile file(std::string(4096, '-'));
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    BOOST_TEST_REQUIRE(fcntl(file.fd(), F_SETLK, &lock) == 0);
    BOOST_TEST_REQUIRE(locked_for_others(file));
    for (size_t round = 0; round < scaled(100); ++round) {
        ScratchFile other("other");
        std::deque<Request> requests;
        for (off_t i = 0; i < 20; ++i) {
            BOOST_TEST_REQUIRE(requests.emplace_back(file.fd(), "locked", i).write() == 0);
            BOOST_TEST_REQUIRE(requests.emplace_back(other.fd(), "other", i).write() == 0);
        }
        BOOST_TEST_REQUIRE(requests.emplace_back(file.fd(), 0).sync(O_SYNC) == 0);
        aio_cancel(file.fd(), round % 2 == 0 ? nullptr : &requests[4].block());
        int number = dup(other.fd());
        close(number);
        for (Request& request : requests) {
            request.finish();
        }
        BOOST_TEST_REQUIRE(locked_for_others(file));
    }
}

// The child shares the memory of its parent, engine included, but closes descriptors of its own.
[[gnu::noinline]] int close_in_vfork_child(int fd) {
    pid_t child = vfork();
    if (child == 0) {
        close(fd);
        dup2(STDERR_FILENO, fd);
        close_range(static_cast<unsigned>(fd), static_cast<unsigned>(fd), 0);
        _exit(0);
    }
    return wait_for_child(child);
}

BOOST_AUTO_TEST_CASE(a_vfork_child_leaves_the_requests_of_its_parent_alone) {
    for (size_t round = 0; round < scaled(200); ++round) {
        Stream pipe(Stream::Kind::kPipe);
        Request read(pipe.here(), 4);
        BOOST_TEST_REQUIRE(read.read() == 0);
        BOOST_TEST_REQUIRE(close_in_vfork_child(pipe.here()) == 0);
        BOOST_TEST_REQUIRE(read.in_progress());
        pipe.send("feed");
        BOOST_TEST_REQUIRE(read.finish() == transferred(4));
    }
}

std::atomic<int> number_to_close{-1};
std::atomic<int> closed_by_handler{0};

void close_it(int, siginfo_t*, void*) {
    int saved = errno;
    int fd = number_to_close.exchange(-1);
    if (fd >= 0) {
        close(fd);
        closed_by_handler.fetch_add(1);
    }
    errno = saved;
}

// The handler strikes wherever the thread happens to be: in aio_read or aio_cancel, more often than
// not.
BOOST_AUTO_TEST_CASE(close_from_a_signal_handler) {
    SignalHandler handler(SIGRTMIN, close_it);
    SignalStorm storm(SIGRTMIN);
    ScratchFile file("x");
    int rounds = static_cast<int>(scaled(500));
    while (closed_by_handler < rounds) {
        Stream pipe(Stream::Kind::kPipe);
        int fd = dup(pipe.here());
        std::deque<Request> reads;
        for (int i = 0; i < 10; ++i) {
            BOOST_TEST_REQUIRE(reads.emplace_back(fd, 1).read() == 0);
        }
        number_to_close = fd;
        while (number_to_close >= 0) {
            Request other(file.fd(), 1);
            BOOST_TEST_REQUIRE(other.read() == 0);
            aio_cancel(file.fd(), &other.block());
            other.finish();
        }
        for (Request& read : reads) {
            BOOST_TEST_REQUIRE(read.finish() == failed(ECANCELED));
        }
    }
}

template <class Call>
double ns_of(const Call& call) {
    constexpr int kCalls = 200'000;
    auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kCalls; ++i) {
        call();
    }
    std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - start;
    return taken.count() / kCalls;
}

// A number that is not open: the same path, and nothing but the system call's entry besides.
BOOST_AUTO_TEST_CASE(what_close_costs) {
    int refused = 0;
    double raw = ns_of([&] { refused += syscall(SYS_close, kNumber + 50) != 0; });
    double ours = ns_of([&] { refused += close(kNumber + 50) != 0; });
    printf("close without requests: %.0f ns, the system call alone: %.0f ns\n", ours, raw);
    BOOST_TEST(refused > 0);
}

}  // namespace
}  // namespace uaio
