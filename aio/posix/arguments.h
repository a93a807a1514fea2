// The rules for arguments of the posix door: from a control block to an Operation or an errno
// value.
//
// Pure but for the questions it asks the system about the descriptor and about the calling thread's
// priority. What can be known cheaply is answered at once (POSIX lets each error be reported by the
// call or through aio_error; P13 in docs/semantics.md):
//
//   EINVAL  aio_nbytes above SSIZE_MAX, aio_reqprio outside 0 to AIO_PRIO_DELTA_MAX, a negative
//           aio_offset where the descriptor can seek and does not append, an operation for
//           aio_fsync that is neither O_SYNC nor O_DSYNC
//   EBADF   no such descriptor, or not open for reading respectively writing
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "aio/operation.h"

namespace uaio {

// The scheduling priority of the calling thread, 0 for one without real-time scheduling.
int thread_priority();

// Fills in `operation` for a transfer of kind `kind`; `Aiocb` is struct aiocb or struct aiocb64.
// What the descriptor stands for, and the priority, are left to describe_transfer(), unless it is
// `known`. Returns 0, EINVAL or EBADF. Keeps errno.
template <class Aiocb>
int begin_transfer(const Aiocb& block, Kind kind, Operation& operation,
                   const Descriptor* known = nullptr);

// The same for a transfer of aio_nbytes pieces, described by the array of struct iovec that aio_buf
// points to. EINVAL also for none, for more than kPiecesMax, and for more than SSIZE_MAX bytes.
template <class Aiocb>
int begin_pieces(const Aiocb& block, Kind kind, Operation& operation);

// Finds out the rest, if that has not been done. Returns 0, EINVAL or EBADF. Keeps errno.
int describe_transfer(Operation& operation, int reqprio);

// Fills in `operation` for aio_fsync(how, block). Returns 0, EINVAL or EBADF. Keeps errno.
template <class Aiocb>
int sync_of(int how, const Aiocb& block, Operation& operation);

// What is only checked if UAIO_STRICT is set: EINVAL for a kind of notification or a signal number
// that the system does not have. Signal 0, which a zeroed sigevent asks for, is allowed.
int check_event(const sigevent& event);

// The rules underneath, on plain numbers.
int check_access(const Operation& operation);
int check_offset(const Operation& operation);
int check_priority(int reqprio);

template <class Aiocb>
int begin_transfer(const Aiocb& block, Kind kind, Operation& operation, const Descriptor* known) {
    int error = check_priority(block.aio_reqprio);
    if (known != nullptr) {
        operation.descriptor = *known;
    } else if (error == 0) {
        error = describe_access(block.aio_fildes, operation.descriptor);
    }
    if (error != 0) {
        return error;
    }
    operation.kind = kind;
    operation.fd = block.aio_fildes;
    operation.buffer = const_cast<void*>(block.aio_buf);
    operation.bytes = block.aio_nbytes;
    operation.offset = block.aio_offset;
    return check_access(operation);
}

template <class Aiocb>
int begin_pieces(const Aiocb& block, Kind kind, Operation& operation) {
    if (block.aio_nbytes < 1 || block.aio_nbytes > kPiecesMax) {
        return EINVAL;
    }
    int error = begin_transfer(block, kind, operation);
    if (error != 0) {
        return error;
    }
    operation.pieces = static_cast<uint16_t>(block.aio_nbytes);
    auto pieces = static_cast<const iovec*>(operation.buffer);
    return sum_pieces(pieces, operation.pieces, operation.bytes) ? 0 : EINVAL;
}

// Of the block only aio_fildes counts (and aio_sigevent), as POSIX has it.
template <class Aiocb>
int sync_of(int how, const Aiocb& block, Operation& operation) {
    if (how != O_SYNC && how != O_DSYNC) {
        return EINVAL;
    }
    operation.kind = how == O_DSYNC ? Kind::kDataSync : Kind::kFileSync;
    operation.fd = block.aio_fildes;
    operation.priority = static_cast<int8_t>(thread_priority());
    operation.buffer = nullptr;
    operation.bytes = 0;
    operation.offset = 0;
    return describe(block.aio_fildes, operation.descriptor);
}

}  // namespace uaio
