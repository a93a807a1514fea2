#include "tests/aio/held_io.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>

#include "aio/platform/linux_calls.h"

namespace uaio::test {
namespace {

std::atomic<HeldIo*> held_by[1'024];

}  // namespace

HeldIo::HeldIo(int fd) : fd_(fd) {
    held_by[fd].store(this, std::memory_order_release);  // pairs with pass()
}

HeldIo::~HeldIo() {
    held_by[fd_].store(nullptr, std::memory_order_relaxed);  // nothing is held
}

void HeldIo::release(int calls) {
    for (; calls > 0; --calls) {
        released_.ring();
    }
}

void HeldIo::pass(int fd) {
    HeldIo* held = held_by[fd].load(std::memory_order_acquire);
    if (held != nullptr) {
        held->running_.ring();
        held->released_.wait();
    }
}

}  // namespace uaio::test

namespace uaio {

ssize_t io_pread(int fd, void* buffer, size_t bytes, int64_t offset) {
    test::HeldIo::pass(fd);
    return pread(fd, buffer, bytes, static_cast<off_t>(offset));
}

ssize_t io_pwrite(int fd, const void* buffer, size_t bytes, int64_t offset) {
    test::HeldIo::pass(fd);
    return pwrite(fd, buffer, bytes, static_cast<off_t>(offset));
}

ssize_t io_append(int fd, const void* buffer, size_t bytes) {
    test::HeldIo::pass(fd);
    return write(fd, buffer, bytes);
}

ssize_t io_preadv(int fd, const iovec* pieces, int count, int64_t offset, int flags) {
    test::HeldIo::pass(fd);
    return preadv2(fd, pieces, count, static_cast<off_t>(offset), flags);
}

ssize_t io_pwritev(int fd, const iovec* pieces, int count, int64_t offset, int flags) {
    test::HeldIo::pass(fd);
    return pwritev2(fd, pieces, count, static_cast<off_t>(offset), flags);
}

int io_fdatasync(int fd) {
    test::HeldIo::pass(fd);
    return fdatasync(fd);
}

int io_fsync(int fd) {
    test::HeldIo::pass(fd);
    return fsync(fd);
}

ssize_t io_read(int fd, void* buffer, size_t bytes) {
    return read(fd, buffer, bytes);
}

ssize_t io_write(int fd, const void* buffer, size_t bytes) {
    return write(fd, buffer, bytes);
}

}  // namespace uaio
