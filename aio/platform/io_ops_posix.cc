#include "aio/platform/io_ops.h"

#include <errno.h>
#include <unistd.h>

#include "aio/platform/polled_stream.h"

namespace uaio {

// Or a transfer beyond 2 GiB would go somewhere else.
static_assert(sizeof(off_t) == 8, "compile with -D_FILE_OFFSET_BITS=64");
namespace {

ssize_t unsupported() {
    errno = EOPNOTSUPP;
    return -1;
}

// POSIX has no vectored calls at a position. What has been moved counts more than an error.
template <class Call>
ssize_t one_by_one(Call call, int fd, const iovec* pieces, int count, int64_t offset) {
    ssize_t sum = 0;
    for (int i = 0; i < count; ++i) {
        ssize_t moved = call(fd, pieces[i].iov_base, pieces[i].iov_len, offset + sum);
        if (moved < 0) {
            return sum > 0 ? sum : -1;
        }
        sum += moved;
        if (static_cast<size_t>(moved) < pieces[i].iov_len) {
            return sum;
        }
    }
    return sum;
}

}  // namespace

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

// POSIX lets pwrite ignore O_APPEND, so only write appends everywhere. It moves the descriptor's
// position to the end.
ssize_t io_append(int fd, const void* buffer, size_t bytes) {
    return write(fd, buffer, bytes);
}

ssize_t io_preadv(int fd, const iovec* pieces, int count, int64_t offset, int flags) {
    return flags != 0 ? unsupported() : one_by_one(io_pread, fd, pieces, count, offset);
}

ssize_t io_pwritev(int fd, const iovec* pieces, int count, int64_t offset, int flags) {
    return flags != 0 ? unsupported() : one_by_one(io_pwrite, fd, pieces, count, offset);
}

ssize_t io_readv(int fd, const iovec* pieces, int count) {
    return readv(fd, pieces, count);
}

ssize_t io_writev(int fd, const iovec* pieces, int count) {
    return writev(fd, pieces, count);
}

// As io_append().
ssize_t io_appendv(int fd, const iovec* pieces, int count, int flags) {
    return flags != 0 ? unsupported() : writev(fd, pieces, count);
}

ssize_t io_read_now(int /*fd*/, const iovec* /*pieces*/, int /*count*/, int64_t /*offset*/) {
    errno = ENOSYS;
    return -1;
}

ssize_t io_write_now(int /*fd*/, const iovec* /*pieces*/, int /*count*/, int64_t /*offset*/,
                     size_t /*bytes*/) {
    errno = ENOSYS;
    return -1;
}

ssize_t io_try_readv(int fd, const iovec* pieces, int count) {
    return polled_readv(fd, pieces, count);
}

ssize_t io_try_writev(int fd, const iovec* pieces, int count) {
    return polled_writev(fd, pieces, count);
}

ssize_t io_try_read(int fd, void* buffer, size_t bytes) {
    return polled_read(fd, buffer, bytes);
}

ssize_t io_try_write(int fd, const void* buffer, size_t bytes) {
    return polled_write(fd, buffer, bytes);
}

}  // namespace uaio
