#include "aio/perform.h"

#include <errno.h>

#include "aio/platform/io_ops.h"

namespace uaio {
namespace {

ssize_t read_once(const Operation& operation) {
    if (operation.descriptor.seekable) {
        ssize_t bytes = io_pread(operation.fd, operation.buffer, operation.bytes, operation.offset);
        if (bytes >= 0 || errno != ESPIPE) {
            return bytes;
        }
        // It says that it can seek, but it cannot be read at a position: some device drivers.
    }
    return io_read(operation.fd, operation.buffer, operation.bytes);
}

ssize_t write_once(const Operation& operation) {
    if (operation.descriptor.append) {
        ssize_t bytes = io_append(operation.fd, operation.buffer, operation.bytes);
        if (bytes >= 0 || errno != ESPIPE) {
            return bytes;
        }
    } else if (operation.descriptor.seekable) {
        ssize_t bytes =
            io_pwrite(operation.fd, operation.buffer, operation.bytes, operation.offset);
        if (bytes >= 0 || errno != ESPIPE) {
            return bytes;
        }
    }
    return io_write(operation.fd, operation.buffer, operation.bytes);
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

}  // namespace uaio
