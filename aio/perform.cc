#include "aio/perform.h"

#include <errno.h>

#include "aio/platform/io_ops.h"

namespace uaio {
namespace {

bool is_plain(const Operation& operation) {
    return operation.pieces == 0 && operation.descriptor.flags == 0;
}

ssize_t read_pieces(const Operation& operation) {
    Pieces pieces(operation);
    return io_preadv(operation.fd, pieces.first, pieces.count, operation.offset,
                     operation.descriptor.flags);
}

ssize_t write_pieces(const Operation& operation) {
    Pieces pieces(operation);
    int flags = operation.descriptor.flags;
    return operation.descriptor.append
               ? io_appendv(operation.fd, pieces.first, pieces.count, flags)
               : io_pwritev(operation.fd, pieces.first, pieces.count, operation.offset, flags);
}

ssize_t write_whole(const Operation& operation) {
    return operation.descriptor.append
               ? io_append(operation.fd, operation.buffer, operation.bytes)
               : io_pwrite(operation.fd, operation.buffer, operation.bytes, operation.offset);
}

// Some device drivers let a program seek, but not read or write at a position: ESPIPE.
ssize_t read_once(const Operation& operation) {
    ssize_t bytes = is_plain(operation) ? io_pread(operation.fd, operation.buffer, operation.bytes,
                                                   operation.offset)
                                        : read_pieces(operation);
    if (bytes < 0 && errno == ESPIPE) {
        Pieces pieces(operation);
        bytes = operation.pieces == 0 ? io_read(operation.fd, operation.buffer, operation.bytes)
                                      : io_readv(operation.fd, pieces.first, pieces.count);
    }
    return bytes;
}

ssize_t write_once(const Operation& operation) {
    ssize_t bytes = is_plain(operation) ? write_whole(operation) : write_pieces(operation);
    if (bytes < 0 && errno == ESPIPE) {
        Pieces pieces(operation);
        bytes = operation.pieces == 0 ? io_write(operation.fd, operation.buffer, operation.bytes)
                                      : io_writev(operation.fd, pieces.first, pieces.count);
    }
    return bytes;
}

ssize_t once(const Operation& operation) {
    switch (operation.kind) {
        case Kind::kRead:
            return read_once(operation);
        case Kind::kWrite:
            return write_once(operation);
        case Kind::kDataSync:
            return io_fdatasync(operation.fd);
        case Kind::kFileSync:
            return io_fsync(operation.fd);
    }
    errno = EINVAL;
    return -1;
}

}  // namespace

Outcome perform(const Operation& operation) {
    int saved = errno;
    ssize_t result;
    do {
        result = once(operation);
    } while (result < 0 && errno == EINTR);
    int error = result < 0 ? errno : 0;
    errno = saved;
    return {result, error};
}

namespace {

ssize_t transfer_whole(const Operation& operation, const iovec& data, bool may_wait) {
    if (operation.kind == Kind::kRead) {
        return may_wait ? io_read(operation.fd, data.iov_base, data.iov_len)
                        : io_try_read(operation.fd, data.iov_base, data.iov_len);
    }
    return may_wait ? io_write(operation.fd, data.iov_base, data.iov_len)
                    : io_try_write(operation.fd, data.iov_base, data.iov_len);
}

ssize_t transfer_pieces(const Operation& operation, bool may_wait) {
    Pieces pieces(operation);
    if (operation.kind == Kind::kRead) {
        return may_wait ? io_readv(operation.fd, pieces.first, pieces.count)
                        : io_try_readv(operation.fd, pieces.first, pieces.count);
    }
    return may_wait ? io_writev(operation.fd, pieces.first, pieces.count)
                    : io_try_writev(operation.fd, pieces.first, pieces.count);
}

// The data from byte `progress` on, which is not the end: all of it, or the rest of the piece that
// this byte is in.
iovec rest_of(const Operation& operation, size_t progress) {
    if (operation.pieces == 0) {
        return {static_cast<char*>(operation.buffer) + progress, operation.bytes - progress};
    }
    auto piece = static_cast<const iovec*>(operation.buffer);
    while (progress >= piece->iov_len) {
        progress -= piece->iov_len;
        ++piece;
    }
    return {static_cast<char*>(piece->iov_base) + progress, piece->iov_len - progress};
}

// What a stream takes in part is not in one piece there any more, so that the rest may go as it
// likes.
ssize_t transfer(const Operation& operation, size_t progress, bool may_wait) {
    return operation.pieces != 0 && progress == 0
               ? transfer_pieces(operation, may_wait)
               : transfer_whole(operation, rest_of(operation, progress), may_wait);
}

Outcome outcome_of(size_t progress) {
    return {static_cast<ssize_t>(progress), 0};
}

// A socket may connect at its first write (TCP_FASTOPEN_CONNECT), for which it takes its time.
bool would_wait(int error) {
    return error == EAGAIN || error == EINPROGRESS;
}

// An error after some bytes were written shows only in the next request, as with write(2).
Attempt attempt(const Operation& operation, size_t& progress, bool may_wait) {
    for (;;) {
        ssize_t moved = transfer(operation, progress, may_wait);
        if (moved < 0 && errno == EINTR) {
            continue;
        }
        if (moved < 0 && would_wait(errno) && !operation.descriptor.nonblocking) {
            return {true, {}};
        }
        if (moved < 0) {
            return {false, progress > 0 ? outcome_of(progress) : Outcome{-1, errno}};
        }
        progress += static_cast<size_t>(moved);
        if (operation.kind == Kind::kRead || moved == 0 || progress == operation.bytes) {
            return {false, outcome_of(progress)};
        }
    }
}

}  // namespace

Attempt attempt_stream(const Operation& operation, size_t& progress) {
    int saved = errno;
    Attempt attempted = attempt(operation, progress, false);
    errno = saved;
    return attempted;
}

Outcome perform_stream(const Operation& operation, size_t progress) {
    int saved = errno;
    Attempt attempted = attempt(operation, progress, true);
    errno = saved;
    // EAGAIN from a call that may wait: a time limit of the stream itself (SO_RCVTIMEO).
    if (!attempted.would_wait) {
        return attempted.outcome;
    }
    return progress > 0 ? outcome_of(progress) : Outcome{-1, EAGAIN};
}

}  // namespace uaio
