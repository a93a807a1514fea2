// aio_reqprio: its range, and the order it gives. Method: a gate holds one request of a descriptor
// while others queue behind it; the order in which they are served shows in the bytes.

#include <aio.h>
#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/conformance/posix.h"
#include "tests/support/gate.h"
#include "tests/support/request.h"
#include "tests/support/scratch_file.h"
#include "tests/support/seed.h"

using namespace uaio::conformance;
using namespace uaio::test;

namespace {

int highest() {
    return static_cast<int>(sysconf(_SC_AIO_PRIO_DELTA_MAX));
}

// The order in which requests of these reqprio values run when they wait together: the smaller
// value first, equals as they came.
std::vector<size_t> expected_order(const std::vector<int>& priorities) {
    std::vector<size_t> order(priorities.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return priorities[a] < priorities[b]; });
    return order;
}

// The first has priority 0, so it stays in front whether or not it runs already.
std::vector<int> shuffled_priorities(size_t count, uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<int> priorities = {0};
    while (priorities.size() < count) {
        priorities.push_back(static_cast<int>(random() % static_cast<uint64_t>(highest() + 1)));
    }
    return priorities;
}

std::string served_by_a_pipe_of_writes(const std::vector<int>& priorities) {
    std::deque<Request> writes;
    WriteGate gate;
    for (size_t i = 0; i < priorities.size(); ++i) {
        writes.emplace_back(gate.fd(), std::string(1, static_cast<char>('0' + i)));
        writes.back().block().aio_reqprio = priorities[i];
        BOOST_TEST_REQUIRE(writes.back().write() == 0);
    }
    gate.release();
    std::string served = gate.receive(priorities.size());
    for (Request& write : writes) BOOST_TEST(write.finish() == transferred(1));
    return served;
}

std::string served_by_a_pipe_of_reads(const std::vector<int>& priorities) {
    std::deque<Request> reads;
    ReadGate gate;
    for (int priority : priorities) {
        reads.emplace_back(gate.fd(), 1);
        reads.back().block().aio_reqprio = priority;
        BOOST_TEST_REQUIRE(reads.back().read() == 0);
    }
    std::string turns;
    for (size_t i = 0; i < priorities.size(); ++i) turns += static_cast<char>('0' + i);
    gate.release(turns);
    std::string served(priorities.size(), '?');
    for (size_t i = 0; i < reads.size(); ++i) {
        BOOST_TEST(reads[i].finish() == transferred(1));
        size_t turn = static_cast<size_t>(reads[i].text()[0] - '0');
        if (turn < served.size()) served[turn] = static_cast<char>('0' + i);
    }
    return served;
}

std::string as_text(const std::vector<size_t>& order) {
    std::string text;
    for (size_t index : order) text += static_cast<char>('0' + index);
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(priority)

BOOST_AUTO_TEST_CASE(the_whole_range_is_accepted, *posix("aio_read: ERRORS EINVAL (aio_reqprio); "
                                                         "<limits.h> AIO_PRIO_DELTA_MAX")) {
    ScratchFile file("0123456789");
    for (int value = 0; value <= highest(); ++value) {
        Request read(file.fd(), 10);
        read.block().aio_reqprio = value;
        BOOST_TEST(read.read() == 0);
        BOOST_TEST(read.finish() == transferred(10));
        Request write(file.fd(), "0");
        write.block().aio_reqprio = value;
        BOOST_TEST(write.write() == 0);
        BOOST_TEST(write.finish() == transferred(1));
    }
}

BOOST_AUTO_TEST_CASE(outside_the_range_is_an_error,
                     *posix("aio_read: ERRORS EINVAL (aio_reqprio)")) {
    ScratchFile file("0123456789");
    for (int value : {-1, highest() + 1, 1000, INT_MAX, INT_MIN}) {
        Request read(file.fd(), 10);
        read.block().aio_reqprio = value;
        BOOST_TEST(submit_or_status(aio_read, &read.block()) == EINVAL);
        Request write(file.fd(), "x");
        write.block().aio_reqprio = value;
        BOOST_TEST(submit_or_status(aio_write, &write.block()) == EINVAL);
    }
    BOOST_TEST(file.contents() == "0123456789");
}

BOOST_AUTO_TEST_CASE(writes_go_out_by_priority, *posix("aio_write: DESCRIPTION p2; XSH 2.8.2")) {
    BOOST_TEST(served_by_a_pipe_of_writes({0, 5, 0, 9, 3, 0}) == "025413");
}

BOOST_AUTO_TEST_CASE(reads_are_served_by_priority, *posix("aio_read: DESCRIPTION p2; XSH 2.8.2")) {
    BOOST_TEST(served_by_a_pipe_of_reads({0, 5, 0, 9, 3, 0}) == "025413");
}

BOOST_AUTO_TEST_CASE(equals_stay_in_order, *posix("XSH 2.8.2: FIFO among equals")) {
    BOOST_TEST(served_by_a_pipe_of_writes({0, 7, 7, 7, 7, 7, 7, 7}) == "01234567");
    BOOST_TEST(served_by_a_pipe_of_reads({0, 7, 7, 7, 7, 7, 7, 7}) == "01234567");
}

BOOST_AUTO_TEST_CASE(any_mixture_keeps_the_rule, *posix("XSH 2.8.2")) {
    uint64_t seed = announced_seed(31337);
    for (uint64_t round = 0; round < 20; ++round) {
        std::vector<int> priorities = shuffled_priorities(60, seed + round);
        std::string expected = as_text(expected_order(priorities));
        BOOST_TEST(served_by_a_pipe_of_writes(priorities) == expected);
        BOOST_TEST(served_by_a_pipe_of_reads(priorities) == expected);
    }
}

BOOST_AUTO_TEST_SUITE_END()
