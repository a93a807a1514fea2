#include "aio/embed/arguments.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "aio/limits.h"

namespace uaio {
namespace {

static_assert(kPiecesMax == UAIO_PIECES_MAX);
static_assert(kPriorityMin == UAIO_PRIORITY_MIN && kPriorityMax == UAIO_PRIORITY_MAX);

static_assert(kWorkersMax == UAIO_THREADS_MAX && kIdleMsMax == UAIO_IDLE_MS_MAX &&
              kExpressBytesMax == UAIO_EXPRESS_BYTES_MAX);

// A program may have put any number there, which the type does not expect.
template <class T>
int number_in(const T& from) {
    int number;
    static_assert(sizeof number == sizeof from);
    memcpy(&number, &from, sizeof number);
    return number;
}

// Copies what the program's header knew; the rest of `known` is 0. What this library does not know
// of has to be 0.
bool copy_options(const uaio_options& from, uaio_options& known) {
    if (from.size < offsetof(uaio_options, size) + sizeof from.size) {
        return false;
    }
    known = {};
    memcpy(&known, &from, from.size < sizeof known ? from.size : sizeof known);
    auto bytes = reinterpret_cast<const unsigned char*>(&from);
    for (size_t i = sizeof known; i < from.size; ++i) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

bool are_possible(const uaio_options& from) {
    int order = number_in(from.order);
    return from.threads <= kWorkersMax && from.idle_ms >= -1 && from.idle_ms <= kIdleMsMax &&
           (order == UAIO_ORDER_CONFLICT || order == UAIO_ORDER_STRICT) &&
           (from.express_bytes <= kExpressBytesMax || from.express_bytes == UAIO_EXPRESS_NONE);
}

int measure(const uaio_operation& from, size_t& bytes) {
    if (from.pieces == 0) {
        bytes = from.bytes;
        return bytes > SSIZE_MAX ? EINVAL : 0;
    }
    bool fits = from.pieces <= kPiecesMax &&
                sum_pieces(static_cast<const iovec*>(from.buffer), from.pieces, bytes);
    return fits ? 0 : EINVAL;
}

int begin_transfer(const uaio_operation& from, Operation& operation) {
    const Descriptor& descriptor = operation.descriptor;
    operation.kind = from.opcode == UAIO_READ ? Kind::kRead : Kind::kWrite;
    if (!(operation.kind == Kind::kRead ? descriptor.readable : descriptor.writable)) {
        return EBADF;
    }
    operation.pieces = static_cast<uint16_t>(from.pieces);
    operation.buffer = from.buffer;
    operation.offset = from.offset;
    return measure(from, operation.bytes);
}

void begin_sync(Kind kind, Operation& operation) {
    operation.kind = kind;
    operation.pieces = 0;
    operation.buffer = nullptr;
    operation.bytes = 0;
    operation.offset = 0;
}

}  // namespace

int begin_wanted(const uaio_operation& from, Operation& operation) {
    int error = describe_access(from.fd, operation.descriptor);
    if (error != 0) {
        return error;
    }
    if (from.priority < kPriorityMin || from.priority > kPriorityMax) {
        return EINVAL;
    }
    operation.fd = from.fd;
    operation.priority = static_cast<int8_t>(from.priority);
    switch (number_in(from.opcode)) {
        case UAIO_READ:
        case UAIO_WRITE:
            return begin_transfer(from, operation);
        case UAIO_SYNC_DATA:
            begin_sync(Kind::kDataSync, operation);
            return 0;
        case UAIO_SYNC_ALL:
            begin_sync(Kind::kFileSync, operation);
            return 0;
    }
    return EINVAL;
}

int end_wanted(Operation& operation) {
    Descriptor& descriptor = operation.descriptor;
    int error = describe_rest(operation.fd, descriptor);
    if (error != 0) {
        return error;
    }
    if (is_sync(operation.kind)) {
        return descriptor.seekable ? 0 : EINVAL;
    }
    if (!descriptor.seekable) {
        return 0;
    }
    if (operation.offset == UAIO_OWN_POSITION) {  // as with a stream, the next one goes on there
        descriptor.seekable = false;
        return 0;
    }
    bool ignores_offset = operation.kind == Kind::kWrite && descriptor.append;
    return operation.offset < 0 && !ignores_offset ? EINVAL : 0;
}

int read_options(const uaio_options* from, Options& options) {
    if (from == nullptr) {
        return 0;
    }
    uaio_options known;
    if (!copy_options(*from, known) || !are_possible(known)) {
        return EINVAL;
    }
    if (known.threads != 0) {
        options.threads = known.threads;
    }
    if (known.idle_ms != 0) {
        options.idle_ms = known.idle_ms > 0 ? known.idle_ms : 0;
    }
    if (known.express_bytes != 0) {
        options.express = known.express_bytes == UAIO_EXPRESS_NONE ? 0 : known.express_bytes;
    }
    options.order = known.order == UAIO_ORDER_STRICT ? Order::kStrict : Order::kConflict;
    return 0;
}

}  // namespace uaio
