// Calls of Linux that the C library may not have a name for (musl has been given these late): then
// they are made by number. For files of Linux alone.
#pragma once

#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef STATX_TYPE
#include <linux/stat.h>
#define UAIO_STATX_BY_NUMBER
#endif

#ifndef AT_STATX_DONT_SYNC
#define AT_STATX_DONT_SYNC 0x4000
#endif

namespace uaio {

// The kernel puts an offset together from two longs, low and high.
inline long high_half(int64_t offset) {
    return sizeof(long) < sizeof offset ? static_cast<long>(offset >> 32) : 0;
}

#ifndef RWF_NOWAIT
#define RWF_NOWAIT 8

inline ssize_t preadv2(int fd, const iovec* pieces, int count, off_t offset, int flags) {
    return syscall(SYS_preadv2, fd, pieces, count, static_cast<long>(offset), high_half(offset),
                   flags);
}

inline ssize_t pwritev2(int fd, const iovec* pieces, int count, off_t offset, int flags) {
    return syscall(SYS_pwritev2, fd, pieces, count, static_cast<long>(offset), high_half(offset),
                   flags);
}
#endif

#ifdef UAIO_STATX_BY_NUMBER
inline int statx(int fd, const char* path, int flags, unsigned mask, struct statx* status) {
    return static_cast<int>(syscall(SYS_statx, fd, path, flags, mask, status));
}
#endif

}  // namespace uaio
