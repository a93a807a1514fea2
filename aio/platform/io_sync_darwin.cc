// Darwin's fsync(2) leaves the data in the drive's cache, as its page says, and points to
// F_FULLFSYNC, which some file systems do not have.
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "aio/platform/io_ops.h"

namespace uaio {

int io_fsync(int fd) {
    if (fcntl(fd, F_FULLFSYNC) == 0) {
        return 0;
    }
    bool unknown = errno == ENOTSUP || errno == EOPNOTSUPP || errno == EINVAL || errno == ENOTTY;
    return unknown ? fsync(fd) : -1;
}

int io_fdatasync(int fd) {
    return io_fsync(fd);
}

}  // namespace uaio
