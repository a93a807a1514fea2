// Two epoll sets, one for each direction, so that a reader and a writer of one descriptor do not
// change each other's registration; and one over both, to wait on.
//
// The proof that the numbers are still ours: only our upper set has our lower sets registered, by
// file and number, so changing that registration (to what it is) succeeds for no other descriptors.
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "aio/readiness.h"

namespace uaio {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// Places in numbers_: the sets by Direction, and
constexpr int kBoth = 2;
constexpr int kInterrupt = 3;  // an eventfd in the set over both, of which nothing is told

constexpr uint32_t kInterest[kDirections] = {EPOLLIN | EPOLLRDHUP, EPOLLOUT};

// Out of the way of programs that count on getting the lowest number.
constexpr int kLeastNumber = 500;

int control(int set, int operation, int fd, uint32_t interest, int data) {
    epoll_event event = {};
    event.events = interest;
    event.data.fd = data;
    return epoll_ctl(set, operation, fd, &event) == 0 ? 0 : errno;
}

// Whether the set of that direction, and the one over both, are still ours.
bool is_ours(int upper, int set, int direction) {
    return upper >= 0 && set >= 0 && control(upper, EPOLL_CTL_MOD, set, EPOLLIN, direction) == 0;
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
int make_sets(int (&numbers)[kDirections + 1]) {
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

}  // namespace

bool Readiness::are_ours() const {
    int upper = numbers_[kBoth].load(kRelaxed);
    return is_ours(upper, numbers_[0].load(kRelaxed), 0) &&
           is_ours(upper, numbers_[1].load(kRelaxed), 1);
}

void Readiness::forget() {
    for (auto& number : numbers_) {
        number.store(-1, kRelaxed);
    }
}

int Readiness::make() {
    int numbers[kDirections + 1] = {-1, -1, -1};
    int error = make_sets(numbers);
    if (error != 0) {
        for (int number : numbers) {
            if (number >= 0) {
                ::close(number);
            }
        }
        return error;
    }
    for (int place = 0; place <= kBoth; ++place) {
        numbers_[place].store(numbers[place], kRelaxed);
    }
    return 0;
}

// Moves the events of one direction's set to `events`. Returns their number or -1.
int Readiness::collect(int direction, ReadinessEvent* events, int events_max) {
    constexpr int kAtOnce = 64;
    epoll_event found[kAtOnce];
    int set = numbers_[direction].load(kRelaxed);
    if (!is_ours(numbers_[kBoth].load(kRelaxed), set, direction)) {
        return -1;
    }
    int count = epoll_wait(set, found, events_max < kAtOnce ? events_max : kAtOnce, 0);
    for (int i = 0; i < count; ++i) {
        events[i] = {found[i].data.fd, static_cast<Direction>(direction)};
    }
    return count;
}

int Readiness::look(ReadinessEvent* events, int events_max, int timeout_ms) {
    epoll_event ready[kDirections];
    if (!are_ours()) {
        return -1;
    }
    int sets_ready = epoll_wait(numbers_[kBoth].load(kRelaxed), ready, kDirections, timeout_ms);
    if (sets_ready < 0) {
        return errno == EINTR ? 0 : -1;
    }
    turn_ ^= 1;  // so that one direction cannot fill all places for ever
    int count = 0;
    for (int i = 0; i < sets_ready && count < events_max; ++i) {
        // `ready` has the place in numbers_ as data.
        int place = ready[sets_ready == kDirections ? i ^ turn_ : i].data.fd;
        int more = place < kDirections ? collect(place, events + count, events_max - count) : 0;
        if (more < 0) {
            return -1;
        }
        count += more;
    }
    return count;
}

int Readiness::open() {
    if (numbers_[kBoth].load(kRelaxed) >= 0) {
        return 0;
    }
    int saved = errno;
    int error = make();
    errno = saved;
    return error;
}

void Readiness::close() {
    int saved = errno;
    if (are_ours()) {
        for (const auto& number : numbers_) {
            int fd = number.load(kRelaxed);
            if (fd >= 0) {
                ::close(fd);
            }
        }
    }
    forget();
    errno = saved;
}

void Readiness::abandon() {
    close();
}

void Readiness::release() {
    close();
}

int Readiness::arm(int fd, Direction direction) {
    int saved = errno;
    int index = static_cast<int>(direction);
    int set = numbers_[index].load(kRelaxed);
    int error = ESTALE;
    if (is_ours(numbers_[kBoth].load(kRelaxed), set, index)) {
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

int Readiness::wait(ReadinessEvent* events, int events_max, int timeout_ms) {
    int saved = errno;
    int count = look(events, events_max, timeout_ms);
    errno = saved;
    return count;
}

// It stays readable, and is not read.
void Readiness::interrupt() {
    int saved = errno;
    int fd = are_ours() ? eventfd(1, EFD_CLOEXEC) : -1;
    if (fd >= 0) {
        numbers_[kInterrupt].store(fd, kRelaxed);
        control(numbers_[kBoth].load(kRelaxed), EPOLL_CTL_ADD, fd, EPOLLIN, kInterrupt);
    }
    errno = saved;
}

}  // namespace uaio
