// The set is epoll's, and what is always ready an eventfd that has counted. Changing a registration
// finds it by file and number of both, so it is the proof that they are ours, at the same moment.
#include "aio/libaio/platform/alarm.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <initializer_list>

namespace uaio {
namespace {

// Out of the way of programs that count on getting the lowest number.
constexpr int kLeastNumber = 500;

constexpr uint32_t kSilence = 0;

struct Pair {
    int set;
    int source;
};

// Two different descriptors are never both 0, so no pair is kNoAlarm.
uint64_t alarm_of(Pair pair) {
    return uint64_t{static_cast<uint32_t>(pair.set)} << 32 | static_cast<uint32_t>(pair.source);
}

Pair pair_of(uint64_t alarm) {
    return {static_cast<int>(alarm >> 32), static_cast<int>(static_cast<uint32_t>(alarm))};
}

int moved_up(int low) {
    int high = low >= 0 ? fcntl(low, F_DUPFD_CLOEXEC, kLeastNumber) : -1;
    if (high < 0) {
        return low;  // the limit may be that low
    }
    close(low);
    return high;
}

bool control(Pair pair, int operation, uint32_t interest) {
    epoll_event event = {};
    event.events = interest;
    return epoll_ctl(pair.set, operation, pair.source, &event) == 0;
}

// The call for the C library's timespec (threadpool/base/platform/wait_word_linux.cc).
constexpr long ppoll_number() {
#ifdef SYS_ppoll_time64
    if (sizeof(time_t) > sizeof(long)) {
        return SYS_ppoll_time64;
    }
#endif
    return SYS_ppoll;
}

bool change(uint64_t alarm, uint32_t interest) {
    if (alarm == kNoAlarm) {
        return false;
    }
    int saved = errno;
    bool ours = control(pair_of(alarm), EPOLL_CTL_MOD, interest);
    errno = saved;
    return ours;
}

void close_all(Pair pair) {
    const int ends[] = {pair.set, pair.source};
    for (int fd : ends) {
        if (fd >= 0) {
            close(fd);
        }
    }
}

}  // namespace

uint64_t make_alarm() {
    int saved = errno;
    Pair pair = {moved_up(epoll_create1(EPOLL_CLOEXEC)),
                 moved_up(eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK))};
    bool made = pair.set >= 0 && pair.source >= 0 && control(pair, EPOLL_CTL_ADD, kSilence);
    if (!made) {
        close_all(pair);
    }
    errno = saved;
    return made ? alarm_of(pair) : kNoAlarm;
}

bool ring_alarm(uint64_t alarm) {
    return change(alarm, EPOLLIN);
}

bool quiet_alarm(uint64_t alarm) {
    return change(alarm, kSilence);
}

// Rings for the proof: a wake-up too many does no harm, where one too few would.
void close_alarm(uint64_t alarm) {
    if (ring_alarm(alarm)) {
        int saved = errno;
        close_all(pair_of(alarm));
        errno = saved;
    }
}

int descriptor_of(uint64_t alarm) {
    return alarm == kNoAlarm ? -1 : pair_of(alarm).set;
}

WaitEnd sleep_on_alarm(uint64_t alarm, int64_t deadline_ns, const sigset_t& mask) {
    constexpr size_t kMaskBytes = 8;  // of the kernel's mask
    int saved = errno;
    int64_t left = deadline_ns - now_ns();
    left = left > 0 ? left : 0;
    timespec limit = timespec_of(left);
    pollfd entry = {descriptor_of(alarm), POLLIN, 0};
    long count = syscall(ppoll_number(), &entry, 1, &limit, &mask, kMaskBytes);
    bool interrupted = count < 0 && errno == EINTR;
    errno = saved;
    return count > 0 ? WaitEnd::kWoken : interrupted ? WaitEnd::kInterrupted : WaitEnd::kTimedOut;
}

}  // namespace uaio
