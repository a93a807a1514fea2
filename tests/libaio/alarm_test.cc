// What an alarm wakes, and that it leaves alone what has come into the place of its descriptors.
// Method: signals that are pending before the sleep; the client's eventfds at the alarm's numbers.
#define BOOST_TEST_MODULE alarm
#include "aio/libaio/platform/alarm.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace uaio {
namespace {

constexpr int kNumbers = 1'000;  // the alarms of these tests are below

bool rings(uint64_t alarm) {
    pollfd entry = {descriptor_of(alarm), POLLIN, 0};
    return poll(&entry, 1, 0) == 1 && entry.revents == POLLIN;
}

std::vector<int> open_numbers() {
    std::vector<int> open;
    for (int fd = 0; fd < kNumbers; ++fd) {
        if (fcntl(fd, F_GETFD) >= 0) open.push_back(fd);
    }
    return open;
}

BOOST_AUTO_TEST_CASE(an_alarm_rings_until_it_is_quieted) {
    std::vector<int> before = open_numbers();
    uint64_t alarm = make_alarm();
    BOOST_TEST_REQUIRE(alarm != kNoAlarm);
    for (int round = 0; round < 3; ++round) {
        BOOST_TEST(!rings(alarm));
        BOOST_TEST(ring_alarm(alarm));
        BOOST_TEST(ring_alarm(alarm));
        BOOST_TEST(rings(alarm));
        BOOST_TEST(rings(alarm));
        BOOST_TEST(quiet_alarm(alarm));
    }
    close_alarm(alarm);
    BOOST_TEST(open_numbers() == before);
}

BOOST_AUTO_TEST_CASE(what_took_its_place_is_left_alone) {
    std::vector<int> before = open_numbers();
    uint64_t alarm = make_alarm();
    std::vector<int> made;
    for (int fd : open_numbers()) {
        if (std::find(before.begin(), before.end(), fd) == before.end()) made.push_back(fd);
    }
    BOOST_TEST_REQUIRE(made.size() == 2u);
    for (int fd : made) {
        int mine = eventfd(5, EFD_NONBLOCK);
        BOOST_TEST(dup2(mine, fd) == fd);
        errno = E2BIG;
        BOOST_TEST(!ring_alarm(alarm));
        BOOST_TEST(!quiet_alarm(alarm));
        close_alarm(alarm);
        int after = errno;
        BOOST_TEST(after == E2BIG);
        uint64_t count = 0;
        BOOST_TEST(read(fd, &count, sizeof count) == 8);
        BOOST_TEST(count == 5u);
        close(mine);
    }
    for (int fd : made) BOOST_TEST(close(fd) == 0);
    BOOST_TEST(!ring_alarm(alarm));
}

BOOST_AUTO_TEST_CASE(none_can_be_used_like_one_that_is_lost) {
    BOOST_TEST(!ring_alarm(kNoAlarm));
    BOOST_TEST(!quiet_alarm(kNoAlarm));
    BOOST_TEST(descriptor_of(kNoAlarm) == -1);
    close_alarm(kNoAlarm);
}

BOOST_AUTO_TEST_CASE(a_sleeper_hears_the_alarm_and_the_signals_it_lets_in) {
    uint64_t alarm = make_alarm();
    sigset_t none;
    sigset_t usr1;
    sigset_t before;
    sigemptyset(&none);
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    BOOST_TEST((sleep_on_alarm(alarm, now_ns(), none) == WaitEnd::kTimedOut));
    BOOST_TEST((sleep_on_alarm(alarm, 0, none) == WaitEnd::kTimedOut));
    ring_alarm(alarm);
    BOOST_TEST((sleep_on_alarm(alarm, kNever, none) == WaitEnd::kWoken));
    quiet_alarm(alarm);
    struct sigaction action = {};
    action.sa_handler = [](int) {};
    action.sa_flags = SA_RESTART;
    sigaction(SIGUSR1, &action, nullptr);
    pthread_sigmask(SIG_BLOCK, &usr1, &before);
    raise(SIGUSR1);
    BOOST_TEST((sleep_on_alarm(alarm, now_ns() + 1, usr1) == WaitEnd::kTimedOut));
    BOOST_TEST((sleep_on_alarm(alarm, kNever, none) == WaitEnd::kInterrupted));
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    close_alarm(alarm);
}

}  // namespace
}  // namespace uaio
