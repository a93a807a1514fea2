// No request ends with EINPROGRESS, which would say for ever that it has not. Method: a file whose
// reads say so, and a socket whose first write does.
#define BOOST_TEST_MODULE in_progress
#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>

#include <boost/test/unit_test.hpp>

#include <uaio/aio.h>

#include "tests/support/request.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

using namespace test;

std::atomic<bool> refuses{false};   // reads
std::atomic<bool> connects{false};  // at the next write

BOOST_AUTO_TEST_CASE(a_read_of_a_file_ends) {
    ScratchFile file("0123456789");
    Request read(file.fd(), 4);
    refuses = true;
    BOOST_TEST(read.read() == 0);
    BOOST_TEST(read.finish() == failed(EIO));
    refuses = false;
    BOOST_TEST(read.read() == 0);
    BOOST_TEST(read.finish() == transferred(4));
}

// As one that connects at its first write (TCP_FASTOPEN_CONNECT).
BOOST_AUTO_TEST_CASE(a_write_that_connects_waits_for_that) {
    int ends[2];
    BOOST_TEST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    connects = true;
    Request write(ends[0], "data");
    BOOST_TEST(write.write() == 0);
    BOOST_TEST(write.finish() == transferred(4));
    BOOST_TEST(!connects);
    char data[8];
    BOOST_TEST(::read(ends[1], data, sizeof data) == 4);
    for (int fd : ends) close(fd);
}

// From here on all requests are collected.
BOOST_AUTO_TEST_CASE(what_is_collected_is_told_of_once) {
    ScratchFile file("0123456789");
    Request first(file.fd(), 4);
    Request second(file.fd(), 4);
    uaio_aio_collect();
    refuses = true;
    BOOST_TEST(first.read() == 0);
    aiocb* ended = nullptr;
    BOOST_TEST(uaio_aio_waitcomplete(&ended, nullptr) == -1);
    BOOST_TEST(errno == EIO);
    BOOST_TEST(ended == &first.block());
    refuses = false;
    BOOST_TEST(second.read() == 0);
    BOOST_TEST(uaio_aio_waitcomplete(&ended, nullptr) == 4);
    BOOST_TEST(ended == &second.block());
    timespec none = {0, 0};
    BOOST_TEST(uaio_aio_waitcomplete(&ended, &none) == -1);
}

}  // namespace
}  // namespace uaio

// In the place of the system's, by whatever name the library calls them.
namespace {

ssize_t read_at(int fd, void* buffer, size_t bytes, off_t offset) {
    iovec piece = {buffer, bytes};
    errno = EINPROGRESS;
    return uaio::refuses ? -1 : preadv(fd, &piece, 1, offset);
}

bool has_to_connect() {
    errno = EINPROGRESS;
    return uaio::connects.exchange(false);
}

}  // namespace

extern "C" ssize_t __wrap_pread(int fd, void* buffer, size_t bytes, off_t offset) {
    return read_at(fd, buffer, bytes, offset);
}

extern "C" ssize_t __wrap_pread64(int fd, void* buffer, size_t bytes, int64_t offset) {
    return read_at(fd, buffer, bytes, static_cast<off_t>(offset));
}

extern "C" ssize_t __wrap_pwritev2(int fd, const iovec* pieces, int count, off_t, int) {
    return has_to_connect() ? -1 : writev(fd, pieces, count);
}

extern "C" ssize_t __wrap_pwritev64v2(int fd, const iovec* pieces, int count, int64_t, int) {
    return has_to_connect() ? -1 : writev(fd, pieces, count);
}

extern "C" ssize_t __wrap_send(int fd, const void* buffer, size_t bytes, int) {
    return has_to_connect() ? -1 : write(fd, buffer, bytes);
}
