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

ssize_t write_piece(int fd, const void* buffer, size_t bytes) {
    return write(fd, buffer, bytes < PIPE_BUF ? bytes : PIPE_BUF);
}

// All of them if that is one piece for the pipe, else of the first that is not empty.
ssize_t write_pieces(int fd, const iovec* pieces, int count) {
    size_t bytes = 0;
    const iovec* first = nullptr;
    for (int i = 0; i < count; ++i) {
        bytes += pieces[i].iov_len;
        if (first == nullptr && bytes > 0) {
            first = &pieces[i];
        }
    }
    return bytes <= PIPE_BUF ? writev(fd, pieces, count)
                             : write_piece(fd, first->iov_base, first->iov_len);
}

#ifdef MSG_DONTWAIT
msghdr message_of(const iovec* pieces, int count) {
    msghdr message = {};
    message.msg_iov = const_cast<iovec*>(pieces);
    message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(count);
    return message;
}
#endif

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
    return is_ready(fd, POLLOUT) ? write_piece(fd, buffer, bytes) : -1;
}

ssize_t polled_readv(int fd, const iovec* pieces, int count) {
#ifdef MSG_DONTWAIT
    msghdr message = message_of(pieces, count);
    ssize_t received = recvmsg(fd, &message, MSG_DONTWAIT);
    if (received >= 0 || errno != ENOTSOCK) {
        return received;
    }
#endif
    return is_ready(fd, POLLIN) ? readv(fd, pieces, count) : -1;
}

ssize_t polled_writev(int fd, const iovec* pieces, int count) {
#ifdef MSG_DONTWAIT
    msghdr message = message_of(pieces, count);
    ssize_t sent = sendmsg(fd, &message, MSG_DONTWAIT);
    if (sent >= 0 || errno != ENOTSOCK) {
        return sent;
    }
#endif
    return is_ready(fd, POLLOUT) ? write_pieces(fd, pieces, count) : -1;
}

}  // namespace uaio
