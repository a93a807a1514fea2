#include "aio/platform/polled_stream.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace uaio {
namespace {

bool is_ready(int fd, short interest) {
    pollfd entry = {fd, interest, 0};
    bool ready = poll(&entry, 1, 0) != 0;  // an error of poll shows in the transfer as well
    if (!ready) {
        errno = EAGAIN;
    }
    return ready;
}

}  // namespace

ssize_t polled_read(int fd, void* buffer, size_t bytes) {
#ifdef MSG_DONTWAIT
    ssize_t received = recv(fd, buffer, bytes, MSG_DONTWAIT);
    if (received >= 0 || errno != ENOTSOCK) {
        return received;
    }
#endif
    return is_ready(fd, POLLIN) ? read(fd, buffer, bytes) : -1;
}

// A pipe that is ready takes as many bytes without waiting as it writes in one piece.
ssize_t polled_write(int fd, const void* buffer, size_t bytes) {
#ifdef MSG_DONTWAIT
    ssize_t sent = send(fd, buffer, bytes, MSG_DONTWAIT);
    if (sent >= 0 || errno != ENOTSOCK) {
        return sent;
    }
#endif
    return is_ready(fd, POLLOUT) ? write(fd, buffer, bytes < PIPE_BUF ? bytes : PIPE_BUF) : -1;
}

}  // namespace uaio
