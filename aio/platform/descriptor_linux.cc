// statx(2) with AT_STATX_DONT_SYNC answers from the cache of the system: fstat on a network file
// would ask its server, and on NFS write back dirty pages first.
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "aio/descriptor.h"
#include "aio/platform/linux_calls.h"

namespace uaio {
namespace {

struct Status {
    Identity identity;
    mode_t mode;
    int64_t size;
};

uint32_t born(const struct statx& stat) {
    if ((stat.stx_mask & STATX_BTIME) == 0) {
        return 0;
    }
    auto seconds = static_cast<uint64_t>(stat.stx_btime.tv_sec);
    return static_cast<uint32_t>(seconds * 1'000'000'000 + stat.stx_btime.tv_nsec);
}

// Linux itself keeps the number of a device in 32 bits, 20 of them for the minor number.
uint32_t device(uint64_t major_number, uint64_t minor_number) {
    return static_cast<uint32_t>(major_number << 20 | minor_number);
}

// Kernels before 4.11, and some filters for system calls, do not know statx: ENOSYS, EPERM.
int status_by_fstat(int fd, Status& status) {
    struct stat stat;
    if (fstat(fd, &stat) != 0) {
        return EBADF;
    }
    status = {
        {stat.st_ino, device(major(stat.st_dev), minor(stat.st_dev))}, stat.st_mode, stat.st_size};
    return 0;
}

int status_of(int fd, Status& status) {
    struct statx stat;
    constexpr unsigned kWanted = STATX_TYPE | STATX_INO | STATX_SIZE | STATX_BTIME;
    if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, kWanted, &stat) != 0) {
        return errno == EBADF ? EBADF : status_by_fstat(fd, status);
    }
    status = {{stat.stx_ino, device(stat.stx_dev_major, stat.stx_dev_minor), born(stat)},
              stat.stx_mode,
              static_cast<int64_t>(stat.stx_size)};
    return 0;
}

// A character device may be of either kind: /dev/zero can seek, a terminal cannot. What is none of
// these (a pipe, a socket, an eventfd, a timer) is a stream, whatever lseek says of it: eventfd(2)
// lets a program seek, and then cannot be read at a position.
bool is_seekable(int fd, mode_t mode) {
    if (S_ISREG(mode) || S_ISBLK(mode) || S_ISDIR(mode)) {
        return true;
    }
    return S_ISCHR(mode) && lseek(fd, 0, SEEK_CUR) >= 0;
}

}  // namespace

int describe_access(int fd, Descriptor& descriptor) {
    int saved = errno;
    int flags = fcntl(fd, F_GETFL);
    errno = saved;
    if (flags < 0 || (flags & O_PATH) != 0) {
        return EBADF;
    }
    int access = flags & O_ACCMODE;
    descriptor.readable = access != O_WRONLY;
    descriptor.writable = access != O_RDONLY;
    descriptor.append = (flags & O_APPEND) != 0;
    descriptor.nonblocking = (flags & O_NONBLOCK) != 0;
    descriptor.direct = (flags & O_DIRECT) != 0;
    descriptor.durable = (flags & (O_SYNC | O_DSYNC)) != 0;
    descriptor.file_known = descriptor.seekable = descriptor.file = false;
    return 0;
}

int describe_file(int fd, Descriptor& descriptor) {
    Status status;
    int saved = errno;
    int error = status_of(fd, status);
    if (error == 0) {
        descriptor.file_known = true;
        descriptor.seekable = is_seekable(fd, status.mode);
        descriptor.file = S_ISREG(status.mode) || S_ISBLK(status.mode);
        descriptor.size = S_ISREG(status.mode) ? status.size : INT64_MAX;
        descriptor.identity = status.identity;
    }
    errno = saved;
    return error;
}

// sync_file_range(2) without flags does nothing, but for what is no file it says ESPIPE. All
// arguments but the first are 0, in whatever order and width a processor has them.
bool is_file(int fd) {
#ifdef SYS_sync_file_range
    int saved = errno;
    bool file = syscall(SYS_sync_file_range, fd, 0, 0, 0, 0, 0) == 0;
    errno = saved;
    return file;
#else
    (void)fd;
    return false;
#endif
}

int identify(int fd, Identity& identity) {
    int saved = errno;
    Status status = {};
    int error = status_of(fd, status);
    identity = status.identity;
    errno = saved;
    return error;
}

}  // namespace uaio
