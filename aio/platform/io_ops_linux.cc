#include "aio/platform/io_ops.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "aio/platform/linux_calls.h"
#include "aio/platform/polled_stream.h"

namespace uaio {

// Or a transfer beyond 2 GiB would go somewhere else.
static_assert(sizeof(off_t) == 8, "compile with -D_FILE_OFFSET_BITS=64");
namespace {

// preadv2(2) with RWF_NOWAIT does not know terminals and named pipes (EOPNOTSUPP, EINVAL), old
// kernels do not know it (ENOSYS), and filters for system calls may forbid it (EPERM).
bool is_unsupported(int error) {
    return error == EOPNOTSUPP || error == EINVAL || error == ENOSYS || error == EPERM;
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

int io_fdatasync(int fd) {
    return fdatasync(fd);
}

int io_fsync(int fd) {
    return fsync(fd);
}

// pwrite(2) on Linux appends whatever its offset if O_APPEND is set (its BUGS section), and leaves
// the descriptor's position alone, which write(2) would move.
ssize_t io_append(int fd, const void* buffer, size_t bytes) {
    return pwrite(fd, buffer, bytes, 0);
}

// The older calls, which every filter of system calls lets through, where they do.
ssize_t io_preadv(int fd, const iovec* pieces, int count, int64_t offset, int flags) {
    auto position = static_cast<off_t>(offset);
    return flags == 0 ? preadv(fd, pieces, count, position)
                      : preadv2(fd, pieces, count, position, flags);
}

ssize_t io_pwritev(int fd, const iovec* pieces, int count, int64_t offset, int flags) {
    auto position = static_cast<off_t>(offset);
    return flags == 0 ? pwritev(fd, pieces, count, position)
                      : pwritev2(fd, pieces, count, position, flags);
}

ssize_t io_readv(int fd, const iovec* pieces, int count) {
    return readv(fd, pieces, count);
}

ssize_t io_writev(int fd, const iovec* pieces, int count) {
    return writev(fd, pieces, count);
}

// As io_append(); RWF_APPEND does the same where O_APPEND is not set.
ssize_t io_appendv(int fd, const iovec* pieces, int count, int flags) {
    return io_pwritev(fd, pieces, count, 0, flags);
}

// The C library's preadv2 and pwritev2 are cancellation points.
ssize_t io_read_now(int fd, const iovec* pieces, int count, int64_t offset) {
    return syscall(SYS_preadv2, fd, pieces, count, static_cast<long>(offset), high_half(offset),
                   RWF_NOWAIT);
}

ssize_t io_write_now(int fd, const iovec* pieces, int count, int64_t offset, size_t bytes) {
    struct rlimit limit = {};
    if (getrlimit(RLIMIT_FSIZE, &limit) != 0 ||
        static_cast<uint64_t>(offset) + bytes > limit.rlim_cur) {  // no limit is the greatest one
        errno = EAGAIN;
        return -1;
    }
    return syscall(SYS_pwritev2, fd, pieces, count, static_cast<long>(offset), high_half(offset),
                   RWF_NOWAIT);
}

// The offset -1 stands for the descriptor's own position, which a stream has not.
ssize_t io_try_readv(int fd, const iovec* pieces, int count) {
    ssize_t result = preadv2(fd, pieces, count, -1, RWF_NOWAIT);
    return result < 0 && is_unsupported(errno) ? polled_readv(fd, pieces, count) : result;
}

ssize_t io_try_writev(int fd, const iovec* pieces, int count) {
    ssize_t result = pwritev2(fd, pieces, count, -1, RWF_NOWAIT);
    return result < 0 && is_unsupported(errno) ? polled_writev(fd, pieces, count) : result;
}

ssize_t io_try_read(int fd, void* buffer, size_t bytes) {
    iovec vector = {buffer, bytes};
    ssize_t result = preadv2(fd, &vector, 1, -1, RWF_NOWAIT);
    return result < 0 && is_unsupported(errno) ? polled_read(fd, buffer, bytes) : result;
}

ssize_t io_try_write(int fd, const void* buffer, size_t bytes) {
    iovec vector = {const_cast<void*>(buffer), bytes};
    ssize_t result = pwritev2(fd, &vector, 1, -1, RWF_NOWAIT);
    return result < 0 && is_unsupported(errno) ? polled_write(fd, buffer, bytes) : result;
}

}  // namespace uaio
