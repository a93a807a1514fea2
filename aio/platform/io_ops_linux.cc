#include "aio/platform/io_ops.h"

#include <unistd.h>

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

// pwrite(2) on Linux appends whatever its offset if O_APPEND is set (its BUGS section), and leaves
// the descriptor's position alone, which write(2) would move.
ssize_t io_append(int fd, const void* buffer, size_t bytes) {
    return pwrite(fd, buffer, bytes, 0);
}

}  // namespace uaio
