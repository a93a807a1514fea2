// The simulated back ends of aio and signals: descriptors, system calls, readiness, signals.
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>

#include "aio/descriptor.h"
#include "aio/platform/environment.h"
#include "aio/platform/io_ops.h"
#include "aio/platform/program_name.h"
#include "aio/readiness.h"
#include "signals/platform/queue_signal.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/faults.h"
#include "tests/simulation/scenario.h"
#include "tests/simulation/world.h"

namespace uaio {

using sim::disk;
using sim::faults;
using sim::world;

// --- descriptor.h -----------------------------------------------------------------------------

int describe_access(int fd, Descriptor& descriptor) {
    world.point("look how a descriptor was opened", nullptr);
    sim::Disk::Open* open = disk.find(fd);
    if (open == nullptr) {
        return EBADF;
    }
    descriptor.readable = descriptor.writable = true;
    descriptor.append = open->append;
    descriptor.nonblocking = false;
    descriptor.direct = open->direct;
    descriptor.file_known = descriptor.seekable = descriptor.file = descriptor.durable = false;
    sim::note_described(fd, *open->file, open->append, sim::Asked::kAccess);
    return 0;
}

bool is_file(int fd) {
    world.point("look whether a descriptor is a file", nullptr);
    sim::Disk::Open* open = disk.find(fd);
    return open != nullptr && !open->file->stream;
}

int describe_file(int fd, Descriptor& descriptor) {
    world.point("look at a descriptor", nullptr);
    sim::Disk::Open* open = disk.find(fd);
    if (open == nullptr) {
        return EBADF;
    }
    const sim::File& file = *open->file;
    descriptor.file_known = true;
    descriptor.seekable = descriptor.file = !file.stream;
    descriptor.size = static_cast<int64_t>(file.bytes.size());
    descriptor.identity = {.inode = file.number, .device = 1};
    sim::note_described(fd, file, open->append, sim::Asked::kFile);
    return 0;
}

int identify(int fd, Identity& identity) {
    world.point("look which file a descriptor means", nullptr);
    sim::note_identified();
    sim::Disk::Open* open = disk.find(fd);
    if (open == nullptr) {
        return EBADF;
    }
    identity = {.inode = open->file->number, .device = 1};
    return 0;
}

// --- platform/io_ops.h ------------------------------------------------------------------------

ssize_t io_pread(int fd, void* buffer, size_t bytes, int64_t offset) {
    return disk.transfer(Kind::kRead, fd, buffer, bytes, offset);
}

ssize_t io_read_now(int fd, const iovec* pieces, int, int64_t offset) {
    return disk.transfer_now(Kind::kRead, fd, pieces[0].iov_base, pieces[0].iov_len, offset);
}

ssize_t io_write_now(int fd, const iovec* pieces, int, int64_t offset, size_t) {
    return disk.transfer_now(Kind::kWrite, fd, pieces[0].iov_base, pieces[0].iov_len, offset);
}

ssize_t io_pwrite(int fd, const void* buffer, size_t bytes, int64_t offset) {
    return disk.transfer(Kind::kWrite, fd, const_cast<void*>(buffer), bytes, offset);
}

ssize_t io_append(int fd, const void* buffer, size_t bytes) {
    return disk.transfer(Kind::kWrite, fd, const_cast<void*>(buffer), bytes, 0);
}

ssize_t io_read(int fd, void* buffer, size_t bytes) {
    return disk.transfer_stream(Kind::kRead, fd, buffer, bytes, true);
}

ssize_t io_write(int fd, const void* buffer, size_t bytes) {
    return disk.transfer_stream(Kind::kWrite, fd, const_cast<void*>(buffer), bytes, true);
}

ssize_t io_try_read(int fd, void* buffer, size_t bytes) {
    return disk.transfer_stream(Kind::kRead, fd, buffer, bytes, false);
}

ssize_t io_try_write(int fd, const void* buffer, size_t bytes) {
    return disk.transfer_stream(Kind::kWrite, fd, const_cast<void*>(buffer), bytes, false);
}

// Requests that are made together.
ssize_t io_preadv(int fd, const iovec* pieces, int count, int64_t offset, int /*flags*/) {
    return disk.transfer_pieces(Kind::kRead, fd, pieces, count, offset);
}

ssize_t io_pwritev(int fd, const iovec* pieces, int count, int64_t offset, int /*flags*/) {
    return disk.transfer_pieces(Kind::kWrite, fd, pieces, count, offset);
}

// No door of the simulation has transfers of several pieces itself, or with flags.
namespace {

ssize_t no_pieces() {
    world.fail("a transfer in pieces");
    return -1;
}

}  // namespace

ssize_t io_readv(int, const iovec*, int) {
    return no_pieces();
}

ssize_t io_writev(int, const iovec*, int) {
    return no_pieces();
}

ssize_t io_appendv(int, const iovec*, int, int) {
    return no_pieces();
}

ssize_t io_try_readv(int, const iovec*, int) {
    return no_pieces();
}

ssize_t io_try_writev(int, const iovec*, int) {
    return no_pieces();
}

int io_fdatasync(int fd) {
    return disk.sync(Kind::kDataSync, fd);
}

int io_fsync(int fd) {
    return disk.sync(Kind::kFileSync, fd);
}

// --- readiness.h ------------------------------------------------------------------------------

namespace {

bool is_lost() {
    if (!disk.set_open || world.one_in(faults.set_lost_one_in)) {
        disk.set_open = false;
        disk.armed.clear();
        return true;
    }
    return false;
}

}  // namespace

int Readiness::open() {
    if (!disk.set_open && world.one_in(faults.no_memory_one_in)) {
        return EMFILE;
    }
    disk.set_open = true;
    return 0;
}

void Readiness::close() {
    disk.set_open = false;
    disk.armed.clear();
    world.wake(&disk.armed, UINT32_MAX, SIZE_MAX);
}

void Readiness::abandon() {
    disk.set_open = false;
    disk.armed.clear();
}

void Readiness::release() {
    close();
}

void Readiness::interrupt() {
    world.wake(&disk.armed, UINT32_MAX, SIZE_MAX);
}

int Readiness::arm(int fd, Direction direction) {
    world.point("arm", nullptr);
    if (is_lost()) {
        return ESTALE;
    }
    disk.armed.emplace_back(fd, direction == Direction::kIn);
    world.wake(&disk.armed, UINT32_MAX, SIZE_MAX);
    return 0;
}

int Readiness::wait(ReadinessEvent* events, int events_max, int timeout_ms) {
    int64_t deadline = world.now() + int64_t{timeout_ms} * 1'000'000;
    for (;;) {
        world.point("poll", nullptr);
        if (is_lost()) {
            return -1;
        }
        int count = 0;
        for (size_t i = 0; i < disk.armed.size() && count < events_max;) {
            auto [fd, input] = disk.armed[i];
            sim::Disk::Open* open = disk.find(fd);
            if (open == nullptr || sim::Disk::is_ready(*open->file, input)) {
                events[count++] = {fd, input ? Direction::kIn : Direction::kOut};
                disk.armed.erase(disk.armed.begin() + static_cast<ptrdiff_t>(i));
            } else {
                ++i;
            }
        }
        if (count > 0 ||
            world.sleep(&disk.armed, UINT32_MAX, deadline) == sim::SleepEnd::kTimedOut) {
            return count;
        }
    }
}

// --- signals ----------------------------------------------------------------------------------

int queue_signal(int, sigval value) {
    world.point("queue a signal", value.sival_ptr);
    if (world.one_in(faults.queue_full_one_in)) {
        world.trace("the signal queue is full");
        return EAGAIN;
    }
    sim::ring(value);
    return 0;
}

int queue_thread_signal(int, int number, sigval value) {
    return queue_signal(number, value);
}

bool names_thread(const sigevent&, int&) {
    return false;
}

// --- the rest ---------------------------------------------------------------------------------

void program_name(char* name, size_t bytes) {
    if (bytes > 0) {
        name[0] = '\0';
    }
}

const char* environment(const char* name) {
    return sim::setting(name);
}

}  // namespace uaio

extern "C" int uaio_sim_fcntl(int fd, int, ...) {
    uaio::sim::world.point("fcntl", nullptr);
    if (uaio::sim::disk.find(fd) == nullptr) {
        errno = EBADF;
        return -1;
    }
    return 0;
}
