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

// Places in numbers_: the ends of the pipe.
constexpr int kReader = 0;
constexpr int kWriter = 1;

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr short kInterest[kDirections] = {POLLIN, POLLOUT};
constexpr int kFirstRoom = 1024;

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

void give_back(pollfd*& entries, int& entries_room) {
    if (entries != nullptr) {
        unmap_pages(entries, bytes_of(entries_room));
    }
    entries = nullptr;
    entries_room = 0;
}

bool drain_pipe(int reader) {
    char bytes[64];
    ssize_t drained;
    do {
        drained = read(reader, bytes, sizeof bytes);
    } while (drained > 0);
    return drained < 0 && errno == EAGAIN;
}

}  // namespace

bool Readiness::are_ours() const {
    for (int place = kReader; place <= kWriter; ++place) {
        int end = numbers_[place].load(kRelaxed);
        struct stat status;
        if (end < 0 || fstat(end, &status) != 0 ||
            static_cast<uint64_t>(status.st_dev) != pipe_device_ ||
            status.st_ino != pipe_inode_) {
            return false;
        }
    }
    return true;
}

int Readiness::make() {
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
        pipe_device_ = static_cast<uint64_t>(status.st_dev);
        pipe_inode_ = status.st_ino;
    }
    numbers_[kReader].store(ends[0], kRelaxed);
    numbers_[kWriter].store(ends[1], kRelaxed);
    return 0;
}

void Readiness::forget() {
    numbers_[kReader].store(-1, kRelaxed);
    numbers_[kWriter].store(-1, kRelaxed);
    Hold hold(lock_);
    armed_count_ = 0;
}

int Readiness::add(int fd, short interest) {
    Hold hold(lock_);
    for (int i = 0; i < armed_count_; ++i) {
        if (armed_[i].fd == fd && armed_[i].events == interest) {
            return 0;
        }
    }
    if (armed_count_ == armed_room_ && !grow(armed_, armed_room_, armed_count_)) {
        return ENOMEM;
    }
    armed_[armed_count_++] = {fd, interest, 0};
    return 0;
}

void Readiness::remove(const pollfd& entry) {
    Hold hold(lock_);
    for (int i = 0; i < armed_count_; ++i) {
        if (armed_[i].fd == entry.fd && armed_[i].events == entry.events) {
            armed_[i] = armed_[--armed_count_];
            return;
        }
    }
}

// The pipe and everything armed; the number of entries, 0 if there is no memory.
int Readiness::make_copy() {
    Hold hold(lock_);
    while (copy_room_ < armed_count_ + 1) {
        if (!grow(copy_, copy_room_, 0)) {
            return 0;
        }
    }
    copy_[0] = {numbers_[kReader].load(kRelaxed), POLLIN, 0};
    memcpy(copy_ + 1, armed_, bytes_of(armed_count_));
    return armed_count_ + 1;
}

int Readiness::look(ReadinessEvent* events, int events_max, int timeout_ms) {
    int entries = are_ours() ? make_copy() : 0;
    if (entries == 0 || poll(copy_, static_cast<nfds_t>(entries), timeout_ms) < 0) {
        return entries != 0 && errno == EINTR ? 0 : -1;
    }
    if (!are_ours() || (copy_[0].revents != 0 && !drain_pipe(numbers_[kReader].load(kRelaxed)))) {
        return -1;
    }
    int found = 0;
    for (int i = 1; i < entries && found < events_max; ++i) {
        if (copy_[i].revents != 0) {
            remove(copy_[i]);
            events[found++] = {copy_[i].fd,
                               copy_[i].events == POLLIN ? Direction::kIn : Direction::kOut};
        }
    }
    return found;
}

int Readiness::open() {
    int saved = errno;
    int error = numbers_[kReader].load(kRelaxed) >= 0 ? 0 : make();
    errno = saved;
    return error;
}

void Readiness::close() {
    int saved = errno;
    if (are_ours()) {
        ::close(numbers_[kReader].load(kRelaxed));
        ::close(numbers_[kWriter].load(kRelaxed));
    }
    forget();
    errno = saved;
}

void Readiness::abandon() {
    lock_.reset();
    close();
}

void Readiness::release() {
    close();
    give_back(armed_, armed_room_);
    give_back(copy_, copy_room_);
}

int Readiness::arm(int fd, Direction direction) {
    int saved = errno;
    int error = ESTALE;
    if (are_ours()) {
        error = fcntl(fd, F_GETFD) < 0 ? EBADF : add(fd, kInterest[static_cast<int>(direction)]);
    }
    errno = saved;
    if (error == 0) {
        interrupt();
    }
    return error;
}

int Readiness::wait(ReadinessEvent* events, int events_max, int timeout_ms) {
    int saved = errno;
    int found = look(events, events_max, timeout_ms);
    errno = saved;
    return found;
}

// A full pipe will wake the waiting thread as well as one more byte.
void Readiness::interrupt() {
    int saved = errno;
    if (are_ours()) {
        [[maybe_unused]] ssize_t written = write(numbers_[kWriter].load(kRelaxed), "", 1);
    }
    errno = saved;
}

}  // namespace uaio
