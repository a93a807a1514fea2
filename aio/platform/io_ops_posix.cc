#include "aio/platform/io_ops.h"

#include <errno.h>
#include <unistd.h>

#include "aio/platform/polled_stream.h"

namespace uaio {
ssize_t io_pread(int fd, void* buffer, size_t bytes, int64_t offset) {
    return pread(fd, buffer, bytes, static_cast<off_t>(offset));
}

ssize_t io_pwrite(int fd, const void* buffer, size_t bytes, int64_t offset) {
    return pwrite(fd, buffer, bytes, static_cast<off_t>(offset));
}

ssize_t io_read(int fd, void* buffer, size_t bytes) {
    return read(fd, buffer, bytes);
}

ssize_t io_write(int fd, const void* buffer, size_t bytes) {
    return write(fd, buffer, bytes);
}

int io_fdatasync(int fd) {
    return fdatasync(fd);
}

int io_fsync(int fd) {
    return fsync(fd);
}

// POSIX lets pwrite ignore O_APPEND, so only write appends everywhere. It moves the descriptor's
// position to the end.
ssize_t io_append(int fd, const void* buffer, size_t bytes) {
    return write(fd, buffer, bytes);
}

ssize_t io_read_now(int /*fd*/, void* /*buffer*/, size_t /*bytes*/, int64_t /*offset*/) {
    errno = ENOSYS;
    return -1;
}

ssize_t io_try_read(int fd, void* buffer, size_t bytes) {
    return polled_read(fd, buffer, bytes);
}

ssize_t io_try_write(int fd, const void* buffer, size_t bytes) {
    return polled_write(fd, buffer, bytes);
}

}  // namespace uaio
