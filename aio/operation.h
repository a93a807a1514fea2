// Operation: what a door asks of the engine, in the engine's own terms.
#pragma once

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "aio/descriptor.h"

namespace uaio {

enum class Kind : uint8_t {
    kRead,
    kWrite,
    kDataSync,  // fdatasync: the data, and what is needed to read it again
    kFileSync,  // fsync: the data and all attributes
};

inline bool is_sync(Kind kind) {
    return kind >= Kind::kDataSync;
}

// Pieces of one transfer: UIO_MAXIOV on Linux, and IOV_MAX where else there is uaio.
inline constexpr size_t kPiecesMax = 1'024;

struct Operation {
    Kind kind;
    int8_t priority;  // kPriorityMin to kPriorityMax, higher is more urgent
    // 0: the data is at `buffer`. Else `buffer` is an array of so many struct iovec (kPiecesMax at
    // most), which lives until the request is published, and `bytes` is the sum of its lengths.
    uint16_t pieces = 0;
    int fd;
    void* buffer;
    size_t bytes;
    union {
        int64_t offset;   // without meaning for appends and syncs
        size_t progress;  // of a stream, which has no offset: bytes of a write that are written
    };
    Descriptor descriptor;
};

// The sum of the lengths of an array of pieces. False if that is more than one transfer may have.
inline bool sum_pieces(const iovec* pieces, size_t count, size_t& bytes) {
    bytes = 0;
    for (size_t i = 0; i < count; ++i) {
        if (pieces[i].iov_len > SSIZE_MAX - bytes) {
            return false;
        }
        bytes += pieces[i].iov_len;
    }
    return true;
}

// The data as the vectored calls want it. While both live: it may point into the operation's
// array, or into itself.
struct Pieces {
    explicit Pieces(const Operation& operation)
        : whole{operation.buffer, operation.bytes},
          first(operation.pieces != 0 ? static_cast<const iovec*>(operation.buffer) : &whole),
          count(operation.pieces != 0 ? operation.pieces : 1) {}
    Pieces(const Pieces&) = delete;
    Pieces& operator=(const Pieces&) = delete;

    iovec whole;  // what is not in pieces is one
    const iovec* first;
    int count;
};

// Whether one system call can make both transfers, `next` where `last` ends. Only in files: what a
// device or a stream moves in one call may depend on where that ends, and may not be had again. And
// only of transfers that have an offset of their own.
inline bool goes_on(const Operation& last, const Operation& next) {
    const Descriptor& one = last.descriptor;
    const Descriptor& other = next.descriptor;
    return last.kind == next.kind && !is_sync(last.kind) && last.priority == next.priority &&
           one.file && other.file && one.seekable && other.seekable &&
           one.identity == other.identity && one.direct == other.direct && !one.append &&
           !other.append && one.flags == 0 && other.flags == 0 && last.pieces == 0 &&
           next.pieces == 0 && last.bytes > 0 &&
           last.bytes <= static_cast<uint64_t>(INT64_MAX - last.offset) &&
           last.offset + static_cast<int64_t>(last.bytes) == next.offset;
}

// Bytes that a write has written already and not been done with.
inline size_t progress_of(const Operation& operation) {
    return operation.descriptor.seekable ? 0 : operation.progress;
}

}  // namespace uaio
