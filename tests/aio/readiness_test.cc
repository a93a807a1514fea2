// Readiness tells once for each time it was asked, and notices when its descriptors are taken away.
// Method: pipes and sockets that the test makes ready; the set's own descriptors are found by
// comparing what is open before and after.
#define BOOST_TEST_MODULE readiness
#include "aio/readiness.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/gate.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

using test::ReadGate;
using test::require;
using test::WriteGate;

constexpr int kLong = 60'000;  // ms; for what comes
constexpr int kEventsMax = 8;

constinit Readiness readiness;

// Every case has a set.
struct Open {
    Open() { require(readiness.open() == 0, "open the set"); }
    ~Open() { readiness.close(); }
};

struct Pair {
    Pair() { require(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "make a pair of sockets"); }
    ~Pair() {
        close(ends[0]);
        close(ends[1]);
    }
    int ends[2];
};

// As text, in no order: "in 5", "out 7".
std::multiset<std::string> told(int timeout_ms) {
    ReadinessEvent events[kEventsMax];
    int count = readiness.wait(events, kEventsMax, timeout_ms);
    BOOST_TEST_REQUIRE(count >= 0);
    std::multiset<std::string> texts;
    for (int i = 0; i < count; ++i) {
        texts.insert((events[i].direction == Direction::kIn ? "in " : "out ") +
                     std::to_string(events[i].fd));
    }
    return texts;
}

// Until so many were told.
std::multiset<std::string> told_in_all(size_t count) {
    std::multiset<std::string> texts;
    while (texts.size() < count) {
        texts.merge(told(kLong));
    }
    return texts;
}

std::multiset<std::string> in(int fd) {
    return {"in " + std::to_string(fd)};
}

std::multiset<std::string> out(int fd) {
    return {"out " + std::to_string(fd)};
}

std::set<int> open_descriptors() {
    constexpr int kNumbers = 1'024;
    std::set<int> numbers;
    for (int fd = 0; fd < kNumbers; ++fd) {
        if (fcntl(fd, F_GETFD) >= 0) {
            numbers.insert(fd);
        }
    }
    return numbers;
}

std::vector<int> added(const std::set<int>& before) {
    std::set<int> after = open_descriptors();
    std::vector<int> numbers;
    std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                        std::back_inserter(numbers));
    return numbers;
}

BOOST_AUTO_TEST_CASE(its_descriptors_come_and_go) {
    std::set<int> before = open_descriptors();
    BOOST_TEST(readiness.open() == 0);
    std::vector<int> own = added(before);
    BOOST_TEST(!own.empty());
    for (int fd : own) {
        BOOST_TEST((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    }
    BOOST_TEST(readiness.open() == 0);
    BOOST_TEST(added(before) == own, boost::test_tools::per_element());
    readiness.close();
    BOOST_TEST(added(before).empty());
    readiness.close();
    BOOST_TEST(added(before).empty());
}

BOOST_FIXTURE_TEST_CASE(nothing_is_told_of_what_is_not_armed, Open) {
    ReadGate gate;
    gate.release("!");
    BOOST_TEST(told(0).empty());
}

BOOST_FIXTURE_TEST_CASE(what_is_readable_is_told_once, Open) {
    ReadGate gate;
    BOOST_TEST(readiness.arm(gate.fd(), Direction::kIn) == 0);
    BOOST_TEST(told(0).empty());
    gate.release("!");
    BOOST_TEST((told(kLong) == in(gate.fd())));
    BOOST_TEST(told(0).empty());
    BOOST_TEST(readiness.arm(gate.fd(), Direction::kIn) == 0);
    BOOST_TEST((told(kLong) == in(gate.fd())));
    BOOST_TEST(told(0).empty());
}

BOOST_FIXTURE_TEST_CASE(what_was_ready_before_is_told_as_well, Open) {
    ReadGate gate;
    gate.release("!");
    BOOST_TEST(readiness.arm(gate.fd(), Direction::kIn) == 0);
    BOOST_TEST((told(kLong) == in(gate.fd())));
}

BOOST_FIXTURE_TEST_CASE(what_has_room_is_told, Open) {
    WriteGate gate;
    BOOST_TEST(readiness.arm(gate.fd(), Direction::kOut) == 0);
    BOOST_TEST(told(0).empty());
    gate.release();
    BOOST_TEST((told(kLong) == out(gate.fd())));
    BOOST_TEST(told(0).empty());
}

BOOST_FIXTURE_TEST_CASE(the_end_of_a_stream_is_told, Open) {
    ReadGate gate;
    BOOST_TEST(readiness.arm(gate.fd(), Direction::kIn) == 0);
    gate.end();
    BOOST_TEST((told(kLong) == in(gate.fd())));
}

BOOST_FIXTURE_TEST_CASE(both_directions_are_armed_side_by_side, Open) {
    Pair pair;
    BOOST_TEST(readiness.arm(pair.ends[0], Direction::kIn) == 0);
    BOOST_TEST(readiness.arm(pair.ends[0], Direction::kOut) == 0);
    BOOST_TEST((told(kLong) == out(pair.ends[0])));
    BOOST_TEST(told(0).empty());
    require(write(pair.ends[1], "!", 1) == 1, "write to a socket");
    BOOST_TEST((told(kLong) == in(pair.ends[0])));
}

BOOST_FIXTURE_TEST_CASE(armed_twice_is_told_once, Open) {
    ReadGate gate;
    BOOST_TEST(readiness.arm(gate.fd(), Direction::kIn) == 0);
    BOOST_TEST(readiness.arm(gate.fd(), Direction::kIn) == 0);
    gate.release("!");
    BOOST_TEST((told(kLong) == in(gate.fd())));
    BOOST_TEST(told(0).empty());
}

BOOST_FIXTURE_TEST_CASE(more_than_fits_is_told_next_time, Open) {
    std::deque<ReadGate> gates(5 * kEventsMax);
    std::multiset<std::string> expected;
    for (ReadGate& gate : gates) {
        BOOST_TEST(readiness.arm(gate.fd(), Direction::kIn) == 0);
        gate.release("!");
        expected.merge(in(gate.fd()));
    }
    BOOST_TEST((told_in_all(gates.size()) == expected));
    BOOST_TEST(told(0).empty());
}

BOOST_FIXTURE_TEST_CASE(a_waiting_thread_learns_of_what_is_armed_later, Open) {
    ReadGate gate;
    gate.release("!");
    ReadinessEvent event = {};
    int count = 0;
    std::thread waiter([&] {
        while (count == 0) {
            count = readiness.wait(&event, 1, kLong);
        }
    });
    BOOST_TEST(readiness.arm(gate.fd(), Direction::kIn) == 0);
    waiter.join();
    BOOST_TEST(count == 1);
    BOOST_TEST(event.fd == gate.fd());
    BOOST_TEST((event.direction == Direction::kIn));
}

BOOST_FIXTURE_TEST_CASE(a_reused_number_is_armed_anew, Open) {
    auto first = std::make_unique<ReadGate>();
    int number = first->fd();
    BOOST_TEST(readiness.arm(number, Direction::kIn) == 0);
    ReadGate second;
    require(dup2(second.fd(), number) == number, "reuse a descriptor");
    BOOST_TEST(readiness.arm(number, Direction::kIn) == 0);
    second.release("!");
    BOOST_TEST((told(kLong) == in(number)));
}

BOOST_FIXTURE_TEST_CASE(what_is_not_open_cannot_be_armed, Open) {
    for (Direction direction : {Direction::kIn, Direction::kOut}) {
        BOOST_TEST(readiness.arm(-1, direction) == EBADF);
    }
}

// A file is always ready: the system refuses to wait for it, or says so at once.
BOOST_FIXTURE_TEST_CASE(a_file_is_never_waited_for, Open) {
    test::ScratchFile file("x");
    int error = readiness.arm(file.fd(), Direction::kIn);
    BOOST_TEST((error == EPERM || (error == 0 && told(kLong) == in(file.fd()))));
}

BOOST_FIXTURE_TEST_CASE(closing_forgets_what_was_armed, Open) {
    ReadGate gate;
    BOOST_TEST(readiness.arm(gate.fd(), Direction::kIn) == 0);
    readiness.close();
    BOOST_TEST_REQUIRE(readiness.open() == 0);
    gate.release("!");
    BOOST_TEST(told(0).empty());
}

// Takes one of the set's descriptors away: closed, or standing for another file.
void check_loss_of(size_t victim, bool replaced) {
    ReadGate gate;
    gate.release("!");
    test::ScratchFile other("x");
    std::set<int> before = open_descriptors();
    BOOST_TEST_REQUIRE(readiness.open() == 0);
    std::vector<int> own = added(before);
    int number = own[victim];
    require((replaced ? dup2(other.fd(), number) : close(number)) >= 0, "take a descriptor away");
    ReadinessEvent event;
    int armed_in = readiness.arm(gate.fd(), Direction::kIn);
    int armed_out = readiness.arm(gate.fd(), Direction::kOut);
    int waited = readiness.wait(&event, 1, 0);
    BOOST_TEST((armed_in == ESTALE || armed_out == ESTALE || waited == -1));
    readiness.close();
    BOOST_TEST((fcntl(number, F_GETFD) >= 0) == replaced);
    BOOST_TEST_REQUIRE(readiness.open() == 0);
    BOOST_TEST(readiness.arm(gate.fd(), Direction::kIn) == 0);
    BOOST_TEST((told(kLong) == in(gate.fd())));
    readiness.close();
    for (int fd : own) {
        close(fd);  // those that could not be proved to be the set's are still open
    }
}

// As many readers as one wait can tell of are ready every time, and were so first.
BOOST_FIXTURE_TEST_CASE(readers_that_are_always_ready_do_not_keep_a_writer_waiting, Open) {
    std::deque<Pair> readers(kEventsMax + 1);
    Pair writer;
    for (Pair& reader : readers) {
        require(write(reader.ends[1], "x", 1) == 1, "make a socket readable");
        BOOST_TEST_REQUIRE(readiness.arm(reader.ends[0], Direction::kIn) == 0);
    }
    BOOST_TEST_REQUIRE(readiness.arm(writer.ends[0], Direction::kOut) == 0);
    bool heard = false;
    for (int round = 0; round < 4 && !heard; ++round) {
        heard = told(kLong).count("out " + std::to_string(writer.ends[0])) != 0;
        for (Pair& reader : readers) {
            BOOST_TEST_REQUIRE(readiness.arm(reader.ends[0], Direction::kIn) == 0);
        }
    }
    BOOST_TEST(heard);
}

BOOST_AUTO_TEST_CASE(a_lost_set_is_noticed_and_replaced) {
    std::set<int> before = open_descriptors();
    require(readiness.open() == 0, "open the set");
    size_t own = added(before).size();
    readiness.close();
    for (size_t victim = 0; victim < own; ++victim) {
        for (bool replaced : {false, true}) {
            BOOST_TEST_CONTEXT("descriptor " << victim << (replaced ? " replaced" : " closed")) {
                check_loss_of(victim, replaced);
            }
        }
    }
}

BOOST_FIXTURE_TEST_CASE(who_waits_is_interrupted, Open) {
    ReadGate gate;
    ReadinessEvent event;
    BOOST_TEST(readiness.arm(gate.fd(), Direction::kIn) == 0);
    BOOST_TEST(told(0).empty());  // where arming wakes who waits
    std::thread waiter([&] { BOOST_TEST(readiness.wait(&event, 1, -1) == 0); });
    readiness.interrupt();
    waiter.join();
    gate.release("!");
    BOOST_TEST((told_in_all(1) == in(gate.fd())));
}

// What is armed in one is not told by the other, and the one is there when the other is gone.
BOOST_FIXTURE_TEST_CASE(sets_are_independent, Open) {
    ReadGate gate;
    ReadGate others_gate;
    std::set<int> before = open_descriptors();
    Readiness other;
    BOOST_TEST(other.open() == 0);
    BOOST_TEST(other.arm(others_gate.fd(), Direction::kIn) == 0);
    BOOST_TEST(readiness.arm(gate.fd(), Direction::kIn) == 0);
    others_gate.release("!");
    BOOST_TEST(told(0).empty());
    other.interrupt();
    other.release();
    BOOST_TEST(added(before).empty());
    gate.release("!");
    BOOST_TEST((told_in_all(1) == in(gate.fd())));
}

BOOST_AUTO_TEST_CASE(a_set_that_is_not_open_is_lost) {
    ReadinessEvent event;
    BOOST_TEST(readiness.wait(&event, 1, 0) == -1);
    ReadGate gate;
    BOOST_TEST(readiness.arm(gate.fd(), Direction::kIn) == ESTALE);
}

BOOST_FIXTURE_TEST_CASE(a_childs_set_is_its_own, Open) {
    ReadGate parents;
    BOOST_TEST(readiness.arm(parents.fd(), Direction::kIn) == 0);
    pid_t child = fork();
    if (child == 0) {
        readiness.abandon();
        ReadGate own;
        ReadinessEvent event;
        int wrong = readiness.open() != 0;
        wrong |= (readiness.arm(own.fd(), Direction::kIn) != 0) << 1;
        parents.release("!");
        own.release("!");
        wrong |= (readiness.wait(&event, 1, kLong) != 1 || event.fd != own.fd()) << 2;
        wrong |= (readiness.wait(&event, 1, 0) != 0) << 3;
        readiness.close();
        _exit(wrong);
    }
    int status = -1;
    require(waitpid(child, &status, 0) == child, "wait for a child");
    BOOST_TEST(status == 0);
    BOOST_TEST((told(kLong) == in(parents.fd())));
}

BOOST_AUTO_TEST_CASE(errno_is_kept) {
    ReadGate gate;
    ReadinessEvent event;
    errno = E2BIG;
    readiness.wait(&event, 1, 0);
    readiness.arm(gate.fd(), Direction::kIn);
    readiness.open();
    readiness.arm(gate.fd(), Direction::kIn);
    readiness.arm(-1, Direction::kIn);
    readiness.wait(&event, 1, 0);
    readiness.close();
    int after = errno;
    BOOST_TEST(after == E2BIG);
}

}  // namespace
}  // namespace uaio
