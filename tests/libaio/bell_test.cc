// What is a bell, and that ringing touches nothing else. Method: descriptors of every kind.
#define BOOST_TEST_MODULE bell
#include "aio/libaio/platform/bell.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

uint64_t counted(int fd) {
    uint64_t count = 0;
    return read(fd, &count, sizeof count) == sizeof count ? count : 0;
}

BOOST_AUTO_TEST_CASE(a_bell_counts) {
    int fd = eventfd(0, EFD_NONBLOCK);
    BOOST_TEST_REQUIRE(fd >= 0);
    BOOST_TEST(is_bell(fd));
    ring_bell(fd);
    ring_bell(fd);
    BOOST_TEST(counted(fd) == 2u);
    BOOST_TEST(close(fd) == 0);
    BOOST_TEST(!is_bell(fd));
    ring_bell(fd);
}

BOOST_AUTO_TEST_CASE(nothing_else_is_a_bell) {
    test::ScratchFile file("untouched");
    int ends[2];
    BOOST_TEST_REQUIRE(pipe(ends) == 0);
    int others[] = {-1,
                    file.fd(),
                    ends[0],
                    ends[1],
                    epoll_create1(0),
                    1 << 20,
                    timerfd_create(CLOCK_MONOTONIC, 0)};
    for (int fd : others) {
        errno = E2BIG;
        BOOST_TEST(!is_bell(fd));
        ring_bell(fd);
        int after = errno;
        BOOST_TEST(after == E2BIG);
    }
    BOOST_TEST(file.contents() == "untouched");
    for (int fd : {ends[0], ends[1], others[4], others[6]}) {
        BOOST_TEST(close(fd) == 0);
    }
}

}  // namespace
}  // namespace uaio
