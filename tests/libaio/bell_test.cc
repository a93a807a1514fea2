// What is a bell, and that ringing touches nothing else. Method: descriptors of every kind.
#define BOOST_TEST_MODULE bell
#include "aio/libaio/platform/bell.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
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
    int fd = make_bell();
    BOOST_TEST_REQUIRE(fd >= 0);
    BOOST_TEST(is_bell(fd));
    ring_bell(fd);
    ring_bell(fd);
    BOOST_TEST(counted(fd) == 2u);
    ring_bell(fd);
    quiet_bell(fd);
    quiet_bell(fd);
    BOOST_TEST(counted(fd) == 0u);
    close_bell(fd);
    BOOST_TEST(!is_bell(fd));
    ring_bell(fd);
    quiet_bell(fd);
    close_bell(fd);
    close_bell(-1);
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
        close_bell(fd);
        int after = errno;
        BOOST_TEST(after == E2BIG);
    }
    BOOST_TEST(file.contents() == "untouched");
    for (int fd : {ends[0], ends[1], others[4], others[6]}) {
        BOOST_TEST(close(fd) == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_sleeper_hears_the_bell_and_the_signals_it_lets_in) {
    int fd = make_bell();
    sigset_t none;
    sigset_t usr1;
    sigset_t before;
    sigemptyset(&none);
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    BOOST_TEST((sleep_on_bell(fd, now_ns(), none) == WaitEnd::kTimedOut));
    BOOST_TEST((sleep_on_bell(fd, 0, none) == WaitEnd::kTimedOut));
    ring_bell(fd);
    BOOST_TEST((sleep_on_bell(fd, kNever, none) == WaitEnd::kWoken));
    quiet_bell(fd);
    struct sigaction action = {};
    action.sa_handler = [](int) {};
    action.sa_flags = SA_RESTART;
    sigaction(SIGUSR1, &action, nullptr);
    pthread_sigmask(SIG_BLOCK, &usr1, &before);
    raise(SIGUSR1);
    BOOST_TEST((sleep_on_bell(fd, now_ns() + 1, usr1) == WaitEnd::kTimedOut));
    BOOST_TEST((sleep_on_bell(fd, kNever, none) == WaitEnd::kInterrupted));
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    close_bell(fd);
}

}  // namespace
}  // namespace uaio
