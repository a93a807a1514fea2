#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aio/descriptor.h"

namespace uaio {
namespace {

// A system without O_DIRECT has no descriptors that carry it.
#ifdef O_DIRECT
constexpr int kDirectFlag = O_DIRECT;
#else
constexpr int kDirectFlag = 0;
#endif

// A character device may be of either kind; what is neither that nor a file is a stream.
bool is_seekable(int fd, mode_t mode) {
    if (S_ISREG(mode) || S_ISBLK(mode) || S_ISDIR(mode)) {
        return true;
    }
    return S_ISCHR(mode) && lseek(fd, 0, SEEK_CUR) >= 0;
}

// Where the number of a device is longer, two of them could look alike: what tells their files
// apart then is the inode.
Identity identity_of(const struct stat& status) {
    auto device = static_cast<uint64_t>(status.st_dev);
    return {static_cast<uint64_t>(status.st_ino), static_cast<uint32_t>(device ^ device >> 32)};
}

}  // namespace

int describe_access(int fd, Descriptor& descriptor) {
    int saved = errno;
    int flags = fcntl(fd, F_GETFL);
    errno = saved;
    if (flags < 0) {
        return EBADF;
    }
    int access = flags & O_ACCMODE;
    descriptor.readable = access != O_WRONLY;
    descriptor.writable = access != O_RDONLY;
    descriptor.append = (flags & O_APPEND) != 0;
    descriptor.durable = (flags & (O_SYNC | O_DSYNC)) != 0;
    descriptor.nonblocking = (flags & O_NONBLOCK) != 0;
    descriptor.direct = (flags & kDirectFlag) != 0;
    descriptor.file_known = descriptor.seekable = descriptor.file = false;
    return 0;
}

int describe_file(int fd, Descriptor& descriptor) {
    struct stat status;
    int saved = errno;
    int error = fstat(fd, &status) == 0 ? 0 : EBADF;
    if (error == 0) {
        descriptor.file_known = true;
        descriptor.seekable = is_seekable(fd, status.st_mode);
        descriptor.file = S_ISREG(status.st_mode) || S_ISBLK(status.st_mode);
        descriptor.size = S_ISREG(status.st_mode) ? status.st_size : INT64_MAX;
        descriptor.identity = identity_of(status);
    }
    errno = saved;
    return error;
}

bool is_file(int /*fd*/) {
    return false;
}

int identify(int fd, Identity& identity) {
    int saved = errno;
    struct stat status = {};
    int error = fstat(fd, &status) == 0 ? 0 : EBADF;
    identity = identity_of(status);
    errno = saved;
    return error;
}

}  // namespace uaio
