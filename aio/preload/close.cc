// close, dup2, dup3, close_range and closefrom, for the preload libraries alone: requests of a
// descriptor end before it is closed, so that none of them reaches the file that gets its number
// next. What is queued is withdrawn (ECANCELED), or waited for if it comes from a door that says so
// (aio/desk.h); what runs is waited for (POSIX leaves the choice, close(2) DESCRIPTION). Holding
// the file open by a duplicate instead is out of the question: closing the duplicate would drop the
// process's fcntl record locks on the file.
//
// All stay async-signal-safe, and no thread is started for what follows (a SIGEV_THREAD call,
// requests that waited for those that are withdrawn): pthread_create is not. A descriptor without
// requests costs a few loads more. Calls of the C library to itself (fclose) do not come this way.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "aio/engine.h"
#include "aio/preload/export.h"

// glibc's own names for the functions that are replaced here, for ever part of its interface.
extern "C" int __close(int fd);
extern "C" int __dup2(int from, int to);

namespace uaio {
namespace {

// errno belongs to the call that follows.
void clear(int fd) {
    if (engine.has_requests(fd)) {
        int saved = errno;
        engine.clear_descriptor(fd);
        errno = saved;
    }
}

// dup2 and dup3 close `to` only if they are going to succeed.
bool will_replace(int from, int to) {
    int saved = errno;
    bool replaces = from != to && fcntl(from, F_GETFD) >= 0;
    errno = saved;
    return replaces;
}

void clear_range(unsigned first, unsigned last) {
    int saved = errno;
    engine.clear_descriptors(first, last);
    errno = saved;
}

}  // namespace
}  // namespace uaio

UAIO_EXPORT int close(int fd) {
    uaio::clear(fd);
    return __close(fd);
}

UAIO_EXPORT int dup2(int from, int to) noexcept {
    if (uaio::will_replace(from, to)) {
        uaio::clear(to);
    }
    return __dup2(from, to);
}

UAIO_EXPORT int dup3(int from, int to, int flags) noexcept {
    if ((flags & ~O_CLOEXEC) == 0 && uaio::will_replace(from, to)) {
        uaio::clear(to);
    }
    return static_cast<int>(syscall(SYS_dup3, from, to, flags));
}

UAIO_EXPORT int close_range(unsigned first, unsigned last, int flags) noexcept {
    if ((flags & CLOSE_RANGE_CLOEXEC) == 0 && first <= last) {
        uaio::clear_range(first, last);
    }
    return static_cast<int>(syscall(SYS_close_range, first, last, flags));
}

// As in glibc, what cannot fail by its signature: without the system call every number is closed.
UAIO_EXPORT void closefrom(int lowest) noexcept {
    unsigned first = lowest > 0 ? static_cast<unsigned>(lowest) : 0;
    uaio::clear_range(first, UINT_MAX);
    if (syscall(SYS_close_range, first, UINT_MAX, 0) == 0) {
        return;
    }
    long open_max = sysconf(_SC_OPEN_MAX);
    for (long fd = first; fd < open_max; ++fd) {
        __close(static_cast<int>(fd));
    }
}
