// poll(3) over everything that is armed, and a pipe that tells the waiting thread to look again.
// The cost of a wait grows with what is armed, as poll's does.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>

#include "aio/readiness.h"
#include "threadpool/base/lock.h"
#include "threadpool/base/pages.h"

namespace uaio {
namespace {

// Guarded by `lock`, but for the copy, which belongs to the waiting thread. The first entry of the
// copy is the pipe. Entries are in no order.
constinit Lock lock;
constinit pollfd* armed = nullptr;
constinit pollfd* copy = nullptr;
constinit int armed_count = 0;
constinit int armed_room = 0;
constinit int copy_room = 0;
// Relaxed: the waiting thread gets along with old numbers, like any that are not ours.
constinit std::atomic<int> wake_ends[2] = {-1, -1};
constinit dev_t wake_device = 0;
constinit ino_t wake_inode = 0;

constexpr short kInterest[kDirections] = {POLLIN, POLLOUT};
constexpr int kFirstRoom = 1024;

bool are_ours() {
    for (const auto& number : wake_ends) {
        int end = number.load(std::memory_order_relaxed);
        struct stat status;
        if (end < 0 || fstat(end, &status) != 0 || status.st_dev != wake_device ||
            status.st_ino != wake_inode) {
            return false;
        }
    }
    return true;
}

int wake_end(int end) {
    return wake_ends[end].load(std::memory_order_relaxed);
}

void set_wake(int from, int to) {
    wake_ends[0].store(from, std::memory_order_relaxed);
    wake_ends[1].store(to, std::memory_order_relaxed);
}

size_t bytes_of(int entries) {
    return sizeof(pollfd) * static_cast<size_t>(entries);
}

// Twice the room, keeping the first `used` entries. False if there is no memory.
bool grow(pollfd*& entries, int& entries_room, int used) {
    int larger = entries_room != 0 ? 2 * entries_room : kFirstRoom;
    auto* fresh = static_cast<pollfd*>(map_pages(bytes_of(larger)));
    if (fresh == nullptr) {
        return false;
    }
    if (entries != nullptr) {
        memcpy(fresh, entries, bytes_of(used));
        unmap_pages(entries, bytes_of(entries_room));
    }
    entries = fresh;
    entries_room = larger;
    return true;
}

int add(int fd, short interest) {
    Hold hold(lock);
    for (int i = 0; i < armed_count; ++i) {
        if (armed[i].fd == fd && armed[i].events == interest) {
            return 0;
        }
    }
    if (armed_count == armed_room && !grow(armed, armed_room, armed_count)) {
        return ENOMEM;
    }
    armed[armed_count++] = {fd, interest, 0};
    return 0;
}

void forget(const pollfd& entry) {
    Hold hold(lock);
    for (int i = 0; i < armed_count; ++i) {
        if (armed[i].fd == entry.fd && armed[i].events == entry.events) {
            armed[i] = armed[--armed_count];
            return;
        }
    }
}

// The pipe and everything armed; the number of entries, 0 if there is no memory.
int make_copy() {
    Hold hold(lock);
    while (copy_room < armed_count + 1) {
        if (!grow(copy, copy_room, 0)) {
            return 0;
        }
    }
    copy[0] = {wake_end(0), POLLIN, 0};
    memcpy(copy + 1, armed, bytes_of(armed_count));
    return armed_count + 1;
}

bool drain_pipe() {
    char bytes[64];
    ssize_t drained;
    do {
        drained = read(wake_end(0), bytes, sizeof bytes);
    } while (drained > 0);
    return drained < 0 && errno == EAGAIN;
}

int wait(ReadinessEvent* events, int events_max, int timeout_ms) {
    int entries = are_ours() ? make_copy() : 0;
    if (entries == 0 || poll(copy, static_cast<nfds_t>(entries), timeout_ms) < 0) {
        return entries != 0 && errno == EINTR ? 0 : -1;
    }
    if (!are_ours() || (copy[0].revents != 0 && !drain_pipe())) {
        return -1;
    }
    int found = 0;
    for (int i = 1; i < entries && found < events_max; ++i) {
        if (copy[i].revents != 0) {
            forget(copy[i]);
            events[found++] = {copy[i].fd,
                               copy[i].events == POLLIN ? Direction::kIn : Direction::kOut};
        }
    }
    return found;
}

int make_pipe() {
    int ends[2];
    struct stat status;
    if (pipe(ends) != 0) {
        return errno;
    }
    for (int end : ends) {
        fcntl(end, F_SETFD, FD_CLOEXEC);
        fcntl(end, F_SETFL, O_NONBLOCK);
    }
    if (fstat(ends[0], &status) == 0) {
        wake_device = status.st_dev;
        wake_inode = status.st_ino;
    }
    set_wake(ends[0], ends[1]);
    return 0;
}

}  // namespace

int open_readiness() {
    int saved = errno;
    int error = wake_end(0) >= 0 ? 0 : make_pipe();
    errno = saved;
    return error;
}

void close_readiness() {
    int saved = errno;
    if (are_ours()) {
        close(wake_end(0));
        close(wake_end(1));
    }
    set_wake(-1, -1);
    Hold hold(lock);
    armed_count = 0;
    errno = saved;
}

void abandon_readiness() {
    lock.reset();
    close_readiness();
}

int arm_readiness(int fd, Direction direction) {
    int saved = errno;
    int error = ESTALE;
    if (are_ours()) {
        error = fcntl(fd, F_GETFD) < 0 ? EBADF : add(fd, kInterest[static_cast<int>(direction)]);
    }
    if (error == 0) {
        // A full pipe will wake the waiting thread as well as one more byte.
        [[maybe_unused]] ssize_t written = write(wake_end(1), "", 1);
    }
    errno = saved;
    return error;
}

int wait_readiness(ReadinessEvent* events, int events_max, int timeout_ms) {
    int saved = errno;
    int found = wait(events, events_max, timeout_ms);
    errno = saved;
    return found;
}

}  // namespace uaio
