// Transfers that do not wait, for streams whose system has no call for it: sockets by a flag of
// their own calls, everything else by asking poll(3) first. After the answer another reader or
// writer of the same stream may get in between; then the call waits after all.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

namespace uaio {

// Like read(2) and write(2), but EAGAIN where they would wait. A write may be short.
ssize_t polled_read(int fd, void* buffer, size_t bytes);
ssize_t polled_write(int fd, const void* buffer, size_t bytes);
ssize_t polled_readv(int fd, const iovec* pieces, int count);
ssize_t polled_writev(int fd, const iovec* pieces, int count);

}  // namespace uaio
