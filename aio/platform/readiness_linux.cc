// Two epoll sets, one for each direction, so that a reader and a writer of one descriptor do not
// change each other's registration; and one over both, to wait on.
//
// The proof that the numbers are still ours: only our upper set has our lower sets registered, by
// file and number, so changing that registration (to what it is) succeeds for no other descriptors.
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <atomic>

#include "aio/readiness.h"

namespace uaio {
namespace {

// Relaxed: the waiting thread gets along with old numbers, like any that are not ours.
constinit std::atomic<int> sets[kDirections] = {-1, -1};
constinit std::atomic<int> both{-1};

constinit int turn = 0;  // the waiting thread's: which direction comes first

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr uint32_t kInterest[kDirections] = {EPOLLIN | EPOLLRDHUP, EPOLLOUT};

// Out of the way of programs that count on getting the lowest number.
constexpr int kLeastNumber = 500;

int control(int set, int operation, int fd, uint32_t interest, int data) {
    epoll_event event = {};
    event.events = interest;
    event.data.fd = data;
    return epoll_ctl(set, operation, fd, &event) == 0 ? 0 : errno;
}

bool is_ours(int direction) {
    int upper = both.load(kRelaxed);
    int set = sets[direction].load(kRelaxed);
    return upper >= 0 && set >= 0 && control(upper, EPOLL_CTL_MOD, set, EPOLLIN, direction) == 0;
}

bool are_ours() {
    return is_ours(0) && is_ours(1);
}

void forget() {
    both.store(-1, kRelaxed);
    sets[0].store(-1, kRelaxed);
    sets[1].store(-1, kRelaxed);
}

int make_set() {
    int low = epoll_create1(EPOLL_CLOEXEC);
    int high = low >= 0 ? fcntl(low, F_DUPFD_CLOEXEC, kLeastNumber) : -1;
    if (high < 0) {
        return low;  // the limit may be that low
    }
    close(low);
    return high;
}

// Returns 0 or an errno value; what was made until then is in `numbers`.
int make(int (&numbers)[kDirections + 1]) {
    for (int& number : numbers) {
        number = make_set();
        if (number < 0) {
            return errno;
        }
    }
    for (int direction = 0; direction < kDirections; ++direction) {
        int error =
            control(numbers[kDirections], EPOLL_CTL_ADD, numbers[direction], EPOLLIN, direction);
        if (error != 0) {
            return error;
        }
    }
    return 0;
}

int open_sets() {
    int numbers[kDirections + 1] = {-1, -1, -1};
    int error = make(numbers);
    if (error != 0) {
        for (int number : numbers) {
            if (number >= 0) {
                close(number);
            }
        }
        return error;
    }
    sets[0].store(numbers[0], kRelaxed);
    sets[1].store(numbers[1], kRelaxed);
    both.store(numbers[kDirections], kRelaxed);
    return 0;
}

// Moves the events of one direction's set to `events`. Returns their number or -1.
int collect(int direction, ReadinessEvent* events, int events_max) {
    constexpr int kAtOnce = 64;
    epoll_event found[kAtOnce];
    if (!is_ours(direction)) {
        return -1;
    }
    int count = epoll_wait(sets[direction].load(kRelaxed), found,
                           events_max < kAtOnce ? events_max : kAtOnce, 0);
    for (int i = 0; i < count; ++i) {
        events[i] = {found[i].data.fd, static_cast<Direction>(direction)};
    }
    return count;
}

int wait(ReadinessEvent* events, int events_max, int timeout_ms) {
    epoll_event ready[kDirections];
    if (!are_ours()) {
        return -1;
    }
    int sets_ready = epoll_wait(both.load(kRelaxed), ready, kDirections, timeout_ms);
    if (sets_ready < 0) {
        return errno == EINTR ? 0 : -1;
    }
    turn ^= 1;  // so that one direction cannot fill all places for ever
    int count = 0;
    for (int i = 0; i < sets_ready && count < events_max; ++i) {
        // `ready` has the direction as data.
        int place = sets_ready == kDirections ? i ^ turn : i;
        int more = collect(ready[place].data.fd, events + count, events_max - count);
        if (more < 0) {
            return -1;
        }
        count += more;
    }
    return count;
}

}  // namespace

int open_readiness() {
    if (both.load(kRelaxed) >= 0) {
        return 0;
    }
    int saved = errno;
    int error = open_sets();
    errno = saved;
    return error;
}

void close_readiness() {
    int saved = errno;
    if (are_ours()) {
        close(sets[0].load(kRelaxed));
        close(sets[1].load(kRelaxed));
        close(both.load(kRelaxed));
    }
    forget();
    errno = saved;
}

void abandon_readiness() {
    close_readiness();
}

int arm_readiness(int fd, Direction direction) {
    int saved = errno;
    int index = static_cast<int>(direction);
    int error = ESTALE;
    if (is_ours(index)) {
        int set = sets[index].load(kRelaxed);
        uint32_t interest = kInterest[index] | EPOLLONESHOT;
        // A descriptor stays registered once it was armed, until its file is closed.
        error = control(set, EPOLL_CTL_MOD, fd, interest, fd);
        if (error == ENOENT) {
            error = control(set, EPOLL_CTL_ADD, fd, interest, fd);
        }
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
