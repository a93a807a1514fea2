// Two epoll sets, one for each direction, so that a reader and a writer of one descriptor do not
// change each other's registration; and one over both, to wait on.
#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "aio/readiness.h"

namespace uaio {
namespace {

constinit int sets[kDirections] = {-1, -1};
constinit int both = -1;

constexpr uint32_t kInterest[kDirections] = {EPOLLIN | EPOLLRDHUP, EPOLLOUT};

int control(int set, int operation, int fd, uint32_t interest) {
    epoll_event event = {};
    event.events = interest;
    event.data.fd = fd;
    return epoll_ctl(set, operation, fd, &event) == 0 ? 0 : errno;
}

int make() {
    both = epoll_create1(EPOLL_CLOEXEC);
    if (both < 0) {
        return errno;
    }
    for (int direction = 0; direction < kDirections; ++direction) {
        sets[direction] = epoll_create1(EPOLL_CLOEXEC);
        if (sets[direction] < 0) {
            return errno;
        }
        epoll_event event = {};
        event.events = EPOLLIN;
        event.data.u32 = static_cast<uint32_t>(direction);
        if (epoll_ctl(both, EPOLL_CTL_ADD, sets[direction], &event) != 0) {
            return errno;
        }
    }
    return 0;
}

// Moves the events of one direction's set to `events`. Returns their number or -1.
int collect(int direction, ReadinessEvent* events, int events_max) {
    constexpr int kAtOnce = 64;
    epoll_event found[kAtOnce];
    int count = epoll_wait(sets[direction], found, events_max < kAtOnce ? events_max : kAtOnce, 0);
    for (int i = 0; i < count; ++i) {
        events[i] = {found[i].data.fd, static_cast<Direction>(direction)};
    }
    return count;
}

int wait(ReadinessEvent* events, int events_max, int timeout_ms) {
    epoll_event ready[kDirections];
    int sets_ready = epoll_wait(both, ready, kDirections, timeout_ms);
    if (sets_ready < 0) {
        return errno == EINTR ? 0 : -1;
    }
    int count = 0;
    for (int i = 0; i < sets_ready && count < events_max; ++i) {
        int more = collect(static_cast<int>(ready[i].data.u32), events + count, events_max - count);
        if (more < 0) {
            return -1;
        }
        count += more;
    }
    return count;
}

}  // namespace

int open_readiness() {
    if (both >= 0) {
        return 0;
    }
    int saved = errno;
    int error = make();
    if (error != 0) {
        close_readiness();
    }
    errno = saved;
    return error;
}

void close_readiness() {
    int saved = errno;
    int* const all[] = {&sets[0], &sets[1], &both};
    for (int* set : all) {
        if (*set >= 0) {
            close(*set);
        }
        *set = -1;
    }
    errno = saved;
}

int arm_readiness(int fd, Direction direction) {
    int saved = errno;
    int set = sets[static_cast<int>(direction)];
    uint32_t interest = kInterest[static_cast<int>(direction)] | EPOLLONESHOT;
    // A descriptor stays registered once it was armed, until its file is closed.
    int error = control(set, EPOLL_CTL_MOD, fd, interest);
    if (error == ENOENT) {
        error = control(set, EPOLL_CTL_ADD, fd, interest);
    }
    errno = saved;
    return error;
}

int wait_readiness(ReadinessEvent* events, int events_max, int timeout_ms) {
    int saved = errno;
    int count = wait(events, events_max, timeout_ms);
    errno = saved;
    return count;
}

}  // namespace uaio
