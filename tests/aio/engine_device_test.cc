// A device that can be read at any position and gives what it has once: nothing of it is lost, and
// its order is kept. Method: the test's own calls in place of the system's; each read brings the
// next letters.
#define BOOST_TEST_MODULE engine_device
#include <errno.h>
#include <string.h>

#include <atomic>
#include <string>

#include <boost/test/unit_test.hpp>

#include "aio/counters.h"
#include "aio/engine.h"
#include "aio/platform/io_ops.h"
#include "tests/aio/own_door.h"
#include "tests/support/bell.h"

namespace uaio {
namespace {

constexpr ssize_t kAtOnce = 4;  // what it gives to a read at once, at most

struct Device {
    std::atomic<char> letter{'a'};
    std::atomic<bool> is_file{false};
    std::atomic<int> asked{0};  // whether it is a file
    std::atomic<bool> holds{false};
    test::Bell held;
    test::Bell released;

    ssize_t give(char* buffer, size_t bytes) {
        for (size_t i = 0; i < bytes; ++i) {
            buffer[i] = letter.fetch_add(1, std::memory_order_relaxed);
        }
        return static_cast<ssize_t>(bytes);
    }
} device;

}  // namespace

int describe_access(int, Descriptor& descriptor) {
    descriptor = {};
    descriptor.readable = descriptor.writable = true;
    return 0;
}

int describe_file(int, Descriptor& descriptor) {
    descriptor.file_known = true;
    descriptor.seekable = true;
    descriptor.file = device.is_file;
    descriptor.size = INT64_MAX;
    return 0;
}

int identify(int, Identity& identity) {
    identity = {};
    return 0;
}

bool is_file(int) {
    ++device.asked;
    return device.is_file;
}

ssize_t io_read_now(int, const iovec* pieces, int, int64_t) {
    auto most = static_cast<size_t>(kAtOnce);
    size_t bytes = pieces[0].iov_len < most ? pieces[0].iov_len : most;
    return device.give(static_cast<char*>(pieces[0].iov_base), bytes);
}

ssize_t io_pread(int, void* buffer, size_t bytes, int64_t) {
    if (device.holds) {
        device.held.ring();
        device.released.wait();
    }
    return device.give(static_cast<char*>(buffer), bytes);
}

namespace {

using namespace test;

struct Fresh {
    Fresh() {
        engine.start();
        device.letter = 'a';
        device.is_file = false;
        device.asked = 0;
        ++fd;  // one that has not missed yet
    }

    // At once, if that is possible, as a door does it.
    bool read_at_once(size_t bytes) {
        Operation operation = {};
        operation.kind = Kind::kRead;
        operation.fd = fd;
        operation.buffer = buffer;
        operation.bytes = bytes;
        describe_access(fd, operation.descriptor);
        return owner.run_at_once(operation);
    }

    static inline int fd = 2;
    char buffer[8] = {};
    Owner owner;
};

BOOST_FIXTURE_TEST_CASE(the_whole_is_read_at_once_and_nobody_asks, Fresh) {
    BOOST_TEST(read_at_once(4));
    BOOST_TEST(owner.finish() == (Status{4, 0}));
    BOOST_TEST(std::string(buffer, 4) == "abcd");
    BOOST_TEST(device.asked == 0);
}

BOOST_FIXTURE_TEST_CASE(a_part_of_a_device_is_all_there_is, Fresh) {
    BOOST_TEST(read_at_once(8));
    BOOST_TEST(owner.finish() == (Status{4, 0}));
    BOOST_TEST(std::string(buffer, 4) == "abcd");
}

BOOST_FIXTURE_TEST_CASE(a_part_of_a_file_is_read_again, Fresh) {
    device.is_file = true;
    BOOST_TEST(!read_at_once(8));
    BOOST_TEST(owner.published() == 0);
}

BOOST_FIXTURE_TEST_CASE(a_device_is_not_read_past_a_read_that_is_on_its_way, Fresh) {
    device.holds = true;
    char first[1];
    Owner before;
    before.submit(read_at(fd, 0, first, 1));
    device.held.wait();
    BOOST_TEST(!read_at_once(4));
    BOOST_TEST(device.asked == 1);
    device.is_file = true;
    BOOST_TEST(read_at_once(4));
    BOOST_TEST(owner.finish() == (Status{4, 0}));
    device.holds = false;
    device.released.ring();
    BOOST_TEST(before.finish() == (Status{1, 0}));
    let_go(fd);
}

}  // namespace
}  // namespace uaio
