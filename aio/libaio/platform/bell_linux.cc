// What has no file (an eventfd, a timer, an epoll set) has no type of file either, and of these the
// eventfds alone take 8 bytes that are written to them.
#include "aio/libaio/platform/bell.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace uaio {
namespace {

constexpr char kFolder[] = "/proc/self/fd/";
constexpr char kEventfd[] = "anon_inode:[eventfd]";
constexpr size_t kDigits = 10;

bool has_no_file(int fd) {
    struct stat status;
    return fstat(fd, &status) == 0 && (status.st_mode & S_IFMT) == 0;
}

// Writes the name of a descriptor's link in /proc.
void name_link(int fd, char (&name)[sizeof kFolder + kDigits]) {
    char digits[kDigits];
    size_t count = 0;
    do {
        digits[count++] = static_cast<char>('0' + fd % 10);
        fd /= 10;
    } while (fd > 0);
    memcpy(name, kFolder, sizeof kFolder - 1);
    char* end = name + sizeof kFolder - 1;
    while (count > 0) {
        *end++ = digits[--count];
    }
    *end = '\0';
}

// Without /proc nothing tells an eventfd from others of its kind.
bool is_eventfd(int fd) {
    char name[sizeof kFolder + kDigits];
    name_link(fd, name);
    char target[sizeof kEventfd];
    ssize_t length = readlink(name, target, sizeof target);
    if (length < 0) {
        return errno == ENOENT || errno == EACCES;
    }
    return length == sizeof kEventfd - 1 && memcmp(target, kEventfd, sizeof kEventfd - 1) == 0;
}

}  // namespace

bool is_bell(int fd) {
    int saved = errno;
    bool bell = fd >= 0 && has_no_file(fd) && is_eventfd(fd);
    errno = saved;
    return bell;
}

void ring_bell(int fd) {
    int saved = errno;
    if (has_no_file(fd)) {
        uint64_t one = 1;
        ssize_t written;
        do {
            written = write(fd, &one, sizeof one);
        } while (written < 0 && errno == EINTR);
    }
    errno = saved;
}

}  // namespace uaio
