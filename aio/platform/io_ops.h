// The system calls that move data, as the engine makes them. One file per system in this folder
// implements them (io_ops_linux.cc, io_ops_posix.cc); a test may link its own.
//
// Each returns what the system call of that name returns, with errno set on failure. They may block
// for as long as the device or the peer takes.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

namespace uaio {

ssize_t io_pread(int fd, void* buffer, size_t bytes, int64_t offset);
ssize_t io_pwrite(int fd, const void* buffer, size_t bytes, int64_t offset);
ssize_t io_read(int fd, void* buffer, size_t bytes);
ssize_t io_write(int fd, const void* buffer, size_t bytes);
int io_fdatasync(int fd);
int io_fsync(int fd);

// Writes at the end of the file, whatever the descriptor's position: O_APPEND is set.
ssize_t io_append(int fd, const void* buffer, size_t bytes);

// The same with several pieces of memory, which are used in order, and with flags for this transfer
// alone (RWF_*, 0 for none). A system without such flags says EOPNOTSUPP, and may make several
// calls of what is one here.
ssize_t io_preadv(int fd, const iovec* pieces, int count, int64_t offset, int flags);
ssize_t io_pwritev(int fd, const iovec* pieces, int count, int64_t offset, int flags);
ssize_t io_readv(int fd, const iovec* pieces, int count);
ssize_t io_writev(int fd, const iovec* pieces, int count);
ssize_t io_appendv(int fd, const iovec* pieces, int count, int flags);

// A read that does not wait for a device: what the system has in its cache, which may be less than
// there is, or EAGAIN. EOPNOTSUPP where the file does not know such reads, ENOSYS or EPERM where
// the system does not. Not a cancellation point.
ssize_t io_read_now(int fd, const iovec* pieces, int count, int64_t offset);

// The same for a write of so many bytes in all: what the cache can take at once. Never raises
// SIGXFSZ: EAGAIN for what reaches behind the process's limit.
ssize_t io_write_now(int fd, const iovec* pieces, int count, int64_t offset, size_t bytes);

// One transfer to or from a stream that does not wait: EAGAIN where it would have to. Where the
// system has no such call for this kind of stream, the stream is polled first; then another reader
// or writer of the same stream may get in between, and the call waits after all. A write may be
// short.
ssize_t io_try_read(int fd, void* buffer, size_t bytes);
ssize_t io_try_write(int fd, const void* buffer, size_t bytes);
ssize_t io_try_readv(int fd, const iovec* pieces, int count);
ssize_t io_try_writev(int fd, const iovec* pieces, int count);

}  // namespace uaio
