// What describe() and identify() find out about descriptors of every kind that a test can open.
// Method: open one, ask, compare with how it was opened.
#define BOOST_TEST_MODULE descriptor
#include "aio/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <string>
#include <system_error>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "tests/support/require.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

using test::require;
using test::ScratchFile;

// A descriptor that is closed at the end of the block.
class Opened {
  public:
    explicit Opened(int fd) : fd_(fd) { require(fd >= 0, "open a descriptor"); }
    ~Opened() { close(fd_); }
    Opened(const Opened&) = delete;
    Opened& operator=(const Opened&) = delete;

    operator int() const { return fd_; }

  private:
    int fd_;
};

struct Pipe {
    Pipe() { require(pipe(ends) == 0, "make a pipe"); }
    ~Pipe() {
        close(ends[0]);
        close(ends[1]);
    }
    int ends[2];
};

Descriptor described(int fd) {
    Descriptor descriptor;
    BOOST_TEST_REQUIRE(describe(fd, descriptor) == 0);
    return descriptor;
}

BOOST_AUTO_TEST_CASE(access_modes_are_told_apart) {
    ScratchFile file;
    Opened reader(file.open_again(O_RDONLY));
    Opened writer(file.open_again(O_WRONLY));
    BOOST_TEST(described(file.fd()).readable);
    BOOST_TEST(described(file.fd()).writable);
    BOOST_TEST(described(reader).readable);
    BOOST_TEST(!described(reader).writable);
    BOOST_TEST(!described(writer).readable);
    BOOST_TEST(described(writer).writable);
}

// A device that ignores the position must not pass for a file: what was read from it is gone.
BOOST_AUTO_TEST_CASE(only_files_are_files) {
    ScratchFile file("twelve bytes");
    int pipes[2];
    BOOST_TEST_REQUIRE(pipe(pipes) == 0);
    Opened in(pipes[0]);
    Opened out(pipes[1]);
    Opened event(eventfd(1, 0));
    Opened zero(open("/dev/zero", O_RDONLY));
    Opened folder(open("/", O_RDONLY | O_DIRECTORY));
    errno = EDOM;
    for (int fd : {int{in}, int{out}, int{event}, int{zero}, -1}) {
        BOOST_TEST(!is_file(fd));
    }
    bool known = is_file(file.fd());
    BOOST_TEST(is_file(folder) == known);
    int after = errno;
    BOOST_TEST(after == EDOM);
    if (!known) {
        BOOST_TEST_MESSAGE("this back end never knows");
    }
}

BOOST_AUTO_TEST_CASE(a_regular_file_can_seek_and_has_a_size) {
    ScratchFile file("twelve bytes");
    Descriptor descriptor = described(file.fd());
    BOOST_TEST(descriptor.seekable);
    BOOST_TEST(descriptor.size == 12);
    BOOST_TEST(!descriptor.append);
    BOOST_TEST(!descriptor.direct);
    require(ftruncate(file.fd(), int64_t{5} << 30) == 0, "make a file longer");
    BOOST_TEST(described(file.fd()).size == int64_t{5} << 30);
}

BOOST_AUTO_TEST_CASE(append_is_as_it_is_now) {
    ScratchFile file({}, O_APPEND);
    BOOST_TEST(described(file.fd()).append);
    int flags = fcntl(file.fd(), F_GETFL);
    require(fcntl(file.fd(), F_SETFL, flags & ~O_APPEND) == 0, "clear O_APPEND");
    BOOST_TEST(!described(file.fd()).append);
}

BOOST_AUTO_TEST_CASE(nonblocking_is_as_it_is_now) {
    Pipe pipe;
    BOOST_TEST(!described(pipe.ends[0]).nonblocking);
    require(fcntl(pipe.ends[0], F_SETFL, O_NONBLOCK) == 0, "set O_NONBLOCK");
    BOOST_TEST(described(pipe.ends[0]).nonblocking);
    BOOST_TEST(!described(pipe.ends[1]).nonblocking);
}

boost::test_tools::assertion_result direct_exists(boost::unit_test::test_unit_id /*unit*/) {
    boost::test_tools::assertion_result result(true);
    try {
        ScratchFile file({}, O_DIRECT);
    } catch (const std::system_error& error) {
        result = boost::test_tools::assertion_result(false);
        result.message() << "the scratch folder has no O_DIRECT: " << error.what();
    }
    return result;
}

BOOST_AUTO_TEST_CASE(direct_is_seen_where_the_file_system_has_it,
                     *boost::unit_test::precondition(direct_exists)) {
    ScratchFile file({}, O_DIRECT);
    BOOST_TEST(described(file.fd()).direct);
    BOOST_TEST(described(file.fd()).seekable);
}

BOOST_AUTO_TEST_CASE(a_pipe_is_a_stream) {
    Pipe pipe;
    for (int fd : pipe.ends) {
        BOOST_TEST(!described(fd).seekable);
        BOOST_TEST(described(fd).size == INT64_MAX);
    }
    BOOST_TEST(described(pipe.ends[0]).readable);
    BOOST_TEST(!described(pipe.ends[0]).writable);
    BOOST_TEST(described(pipe.ends[1]).writable);
    BOOST_TEST(!described(pipe.ends[1]).readable);
}

BOOST_AUTO_TEST_CASE(a_socket_is_a_stream_of_two_directions) {
    int ends[2];
    require(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "make a pair of sockets");
    Opened one(ends[0]);
    Opened other(ends[1]);
    BOOST_TEST(!described(one).seekable);
    BOOST_TEST(described(one).readable);
    BOOST_TEST(described(one).writable);
    BOOST_TEST((described(one).identity != described(other).identity));
}

BOOST_AUTO_TEST_CASE(a_terminal_is_a_stream) {
    Opened terminal(posix_openpt(O_RDWR | O_NOCTTY));
    BOOST_TEST(!described(terminal).seekable);
    BOOST_TEST(described(terminal).size == INT64_MAX);
}

BOOST_AUTO_TEST_CASE(a_device_with_positions_can_seek) {
    Opened zero(open("/dev/zero", O_RDWR));
    BOOST_TEST(described(zero).seekable);
    BOOST_TEST(described(zero).size == INT64_MAX);
}

BOOST_AUTO_TEST_CASE(a_folder_can_be_described) {
    Opened folder(open(test::scratch_folder().c_str(), O_RDONLY | O_DIRECTORY));
    BOOST_TEST(described(folder).seekable);
    BOOST_TEST(described(folder).size == INT64_MAX);
    BOOST_TEST(!described(folder).writable);
}

BOOST_AUTO_TEST_CASE(one_file_has_one_identity) {
    ScratchFile file;
    ScratchFile other;
    Opened again(file.open_again(O_RDONLY));
    Opened duplicate(dup(file.fd()));
    Identity identity = described(file.fd()).identity;
    BOOST_TEST((described(again).identity == identity));
    BOOST_TEST((described(duplicate).identity == identity));
    BOOST_TEST((described(other.fd()).identity != identity));
}

BOOST_AUTO_TEST_CASE(identify_agrees_with_describe) {
    ScratchFile file;
    Pipe pipe;
    Opened zero(open("/dev/zero", O_RDWR));
    for (int fd : {file.fd(), pipe.ends[0], pipe.ends[1], static_cast<int>(zero)}) {
        Identity identity;
        BOOST_TEST_REQUIRE(identify(fd, identity) == 0);
        BOOST_TEST((identity == described(fd).identity));
    }
}

BOOST_AUTO_TEST_CASE(a_reused_number_has_another_identity) {
    ScratchFile first;
    ScratchFile second;
    Opened number(first.open_again(O_RDONLY));
    Identity before;
    Identity after;
    BOOST_TEST_REQUIRE(identify(number, before) == 0);
    require(dup2(second.fd(), number) == number, "reuse a descriptor");
    BOOST_TEST_REQUIRE(identify(number, after) == 0);
    BOOST_TEST((before != after));
    BOOST_TEST((after == described(second.fd()).identity));
}

// Times of files are taken from the clock's last tick, which programs may see a moment before the
// file system does: returns after the second one.
void wait_for_ticks() {
    auto now = [] {
        timespec time;
        clock_gettime(CLOCK_REALTIME_COARSE, &time);
        return std::pair(time.tv_sec, time.tv_nsec);
    };
    for (int tick = 0; tick < 2; ++tick) {
        for (auto before = now(); now() == before;) {
        }
    }
}

Identity identity_of_a_new_file(const std::string& path) {
    Opened file(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600));
    Identity identity = described(file).identity;
    unlink(path.c_str());
    return identity;
}

// It may have the inode of the one that was removed, which nobody has open any more.
BOOST_AUTO_TEST_CASE(a_file_that_was_made_again_has_another_identity) {
    constexpr int kTries = 20;
    std::string path = test::scratch_folder() + "/again-" + std::to_string(getpid());
    int reused = 0;
    for (int i = 0; i < kTries; ++i) {
        Identity before = identity_of_a_new_file(path);
        wait_for_ticks();
        Identity after = identity_of_a_new_file(path);
        if (before.born == 0) {
            BOOST_TEST_MESSAGE("left out: nobody knows when a file was made");
            return;
        }
        BOOST_TEST((before != after));
        reused += before.inode == after.inode;
    }
    BOOST_TEST_MESSAGE(reused << " of " << kTries << " files had the inode of the one before");
}

BOOST_AUTO_TEST_CASE(a_number_that_is_not_open_is_bad) {
    ScratchFile file;
    int closed = dup(file.fd());
    close(closed);
    for (int fd : {closed, -1}) {
        Descriptor descriptor;
        Identity identity;
        BOOST_TEST(describe(fd, descriptor) == EBADF);
        BOOST_TEST(identify(fd, identity) == EBADF);
    }
}

BOOST_AUTO_TEST_CASE(errno_is_kept) {
    Pipe pipe;
    Descriptor descriptor;
    Identity identity;
    for (int fd : {pipe.ends[0], -1}) {
        errno = E2BIG;
        describe(fd, descriptor);
        int after_describe = errno;
        identify(fd, identity);
        int after_identify = errno;
        BOOST_TEST(after_describe == E2BIG);
        BOOST_TEST(after_identify == E2BIG);
    }
}

}  // namespace
}  // namespace uaio
