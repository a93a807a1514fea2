#include "aio/perform.h"

#include <errno.h>

#include "aio/platform/io_ops.h"

namespace uaio {
namespace {

// Some device drivers let a program seek, but not read or write at a position: ESPIPE.
ssize_t read_once(const Operation& operation) {
    ssize_t bytes = io_pread(operation.fd, operation.buffer, operation.bytes, operation.offset);
    if (bytes < 0 && errno == ESPIPE) {
        bytes = io_read(operation.fd, operation.buffer, operation.bytes);
    }
    return bytes;
}

ssize_t write_once(const Operation& operation) {
    ssize_t bytes;
    if (operation.descriptor.append) {
        bytes = io_append(operation.fd, operation.buffer, operation.bytes);
    } else {
        bytes = io_pwrite(operation.fd, operation.buffer, operation.bytes, operation.offset);
    }
    if (bytes < 0 && errno == ESPIPE) {
        bytes = io_write(operation.fd, operation.buffer, operation.bytes);
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

ssize_t transfer(const Operation& operation, size_t progress, bool may_wait) {
    char* from = static_cast<char*>(operation.buffer) + progress;
    size_t bytes = operation.bytes - progress;
    if (operation.kind == Kind::kRead) {
        return may_wait ? io_read(operation.fd, from, bytes)
                        : io_try_read(operation.fd, from, bytes);
    }
    return may_wait ? io_write(operation.fd, from, bytes) : io_try_write(operation.fd, from, bytes);
}

Outcome outcome_of(size_t progress) {
    return {static_cast<ssize_t>(progress), 0};
}

// An error after some bytes were written shows only in the next request, as with write(2).
Attempt attempt(const Operation& operation, size_t& progress, bool may_wait) {
    for (;;) {
        ssize_t moved = transfer(operation, progress, may_wait);
        if (moved < 0 && errno == EINTR) {
            continue;
        }
        if (moved < 0 && errno == EAGAIN && !operation.descriptor.nonblocking) {
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
