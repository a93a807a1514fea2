#include "aio/libaio/arguments.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aio/libaio/platform/bell.h"
#include "aio/libaio/platform/memory.h"
#include "aio/limits.h"
#include "aio/platform/io_ops.h"

namespace uaio {
namespace {

// RWF_*, by their numbers: a client may have been compiled with newer headers than this.
constexpr uint32_t kPolledFlag = 0x01;  // says how to wait, which is not the submitter's business
constexpr uint32_t kNoWaitFlag = 0x08;
constexpr uint32_t kAppendFlag = 0x10;
constexpr uint32_t kKnownFlags = 0x1f;  // and RWF_DSYNC 0x02, RWF_SYNC 0x04

// The kernel asks the file, and a file that does not know such transfers says so of any. So it is
// asked for a byte behind all ends. Not what is no file, where that byte might be there; and what
// cannot be read says so itself, too late for io_submit.
bool must_wait(int fd, const Descriptor& descriptor) {
    constexpr int64_t kBehindAllEnds = INT64_MAX - 4'096;
    if (!descriptor.readable || !is_file(fd)) {
        return false;
    }
    int saved = errno;
    char byte;
    iovec piece = {&byte, 1};
    bool refused = io_preadv(fd, &piece, 1, kBehindAllEnds, kNoWaitFlag) < 0 && errno == EOPNOTSUPP;
    errno = saved;
    return refused;
}

int set_flags(int fd, uint32_t flags, Descriptor& descriptor) {
    bool unknown = (flags & ~kKnownFlags) != 0;
    if (unknown || ((flags & kNoWaitFlag) != 0 && must_wait(fd, descriptor))) {
        return EOPNOTSUPP;
    }
    descriptor.flags = static_cast<uint8_t>(flags & ~kPolledFlag);
    descriptor.append = descriptor.append || (flags & kAppendFlag) != 0;
    descriptor.nonblocking = descriptor.nonblocking || (flags & kNoWaitFlag) != 0;
    return 0;
}

// As import_iovec() in the kernel: what is beyond the most that one transfer moves is cut off.
int check_pieces(iovec* pieces, uint64_t count, size_t& bytes) {
    bytes = 0;
    for (uint64_t i = 0; i < count; ++i) {
        if (pieces[i].iov_len > SSIZE_MAX) {
            return EINVAL;
        }
        if (pieces[i].iov_len > kTransferMax - bytes) {
            pieces[i].iov_len = kTransferMax - bytes;
        }
        bytes += pieces[i].iov_len;
    }
    return 0;
}

int copy_pieces(const IoBlock& block, Slot& slot, Operation& operation) {
    if (block.bytes > kPiecesMax) {
        return EINVAL;
    }
    auto from = reinterpret_cast<const iovec*>(static_cast<uintptr_t>(block.buffer));
    auto count = static_cast<size_t>(block.bytes);
    if (count > 0 && !is_readable(from, count * sizeof(iovec))) {
        return EFAULT;
    }
    iovec* pieces = pieces_of(slot, block.bytes);
    if (pieces == nullptr) {
        return EAGAIN;
    }
    if (count > 0) {
        memcpy(pieces, from, count * sizeof(iovec));
    }
    operation.buffer = pieces;
    operation.pieces = static_cast<uint16_t>(count);
    return check_pieces(pieces, count, operation.bytes);
}

int begin_transfer(const IoBlock& block, Slot& slot, Operation& operation) {
    if ((block.flags & kFlagPriority) != 0) {
        int error = priority_of(static_cast<uint16_t>(block.reqprio), operation.priority);
        if (error != 0) {
            return error;
        }
    }
    Descriptor& descriptor = operation.descriptor;
    int error = set_flags(block.fd, block.rw_flags, descriptor);
    if (error != 0) {
        return error;
    }
    bool reads = block.opcode == kPread || block.opcode == kPreadv;
    if (!(reads ? descriptor.readable : descriptor.writable)) {
        return EBADF;
    }
    operation.kind = reads ? Kind::kRead : Kind::kWrite;
    operation.offset = block.offset;
    if (block.opcode == kPreadv || block.opcode == kPwritev) {
        error = copy_pieces(block, slot, operation);
    } else {
        operation.buffer = reinterpret_cast<void*>(static_cast<uintptr_t>(block.buffer));
        operation.bytes =
            block.bytes < kTransferMax ? static_cast<size_t>(block.bytes) : kTransferMax;
    }
    // As rw_verify_area() in the kernel.
    bool fits =
        block.offset >= 0 && operation.bytes <= static_cast<uint64_t>(INT64_MAX - block.offset);
    return error == 0 && !fits ? EINVAL : error;
}

int begin_sync(const IoBlock& block, Operation& operation) {
    if (block.buffer != 0 || block.offset != 0 || block.bytes != 0 || block.rw_flags != 0) {
        return EINVAL;
    }
    operation.kind = block.opcode == kFdsync ? Kind::kDataSync : Kind::kFileSync;
    operation.buffer = nullptr;
    operation.bytes = 0;
    operation.offset = 0;
    return 0;
}

// The kernel says what is no eventfd from what is nothing.
int take_bell(const IoBlock& block, Slot& slot) {
    if ((block.flags & kFlagBell) == 0) {
        return 0;
    }
    if (!is_bell(block.bell)) {
        Descriptor descriptor;
        return describe_access(block.bell, descriptor) == 0 ? EINVAL : EBADF;
    }
    slot.bell = block.bell;
    return 0;
}

int look_at(int fd, LastSeen& last, Descriptor& descriptor) {
    if (fd != last.fd || fd < 0) {
        int error = describe_access(fd, last.descriptor);
        if (error != 0) {
            last.fd = -1;
            return error;
        }
        last.fd = fd;
    }
    descriptor = last.descriptor;
    return 0;
}

bool is_directory(int fd) {
    int saved = errno;
    struct stat status;
    bool directory = fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
    errno = saved;
    return directory;
}

}  // namespace

int check_block(const IoBlock& block) {
    bool fits = block.buffer <= UINTPTR_MAX && block.bytes <= SSIZE_MAX;
    return block.reserved != 0 || !fits ? EINVAL : 0;
}

int begin_descriptor(const IoBlock& block, Slot& slot, LastSeen& last, Operation& operation) {
    operation.fd = block.fd;
    operation.priority = 0;
    int error = look_at(block.fd, last, operation.descriptor);
    return error == 0 ? take_bell(block, slot) : error;
}

int begin_operation(const IoBlock& block, Slot& slot, Operation& operation) {
    switch (block.opcode) {
        case kPread:
        case kPreadv:
        case kPwrite:
        case kPwritev:
            return begin_transfer(block, slot, operation);
        case kFsync:
        case kFdsync:
            return begin_sync(block, operation);
        case kPoll:
            return 0;
        default:
            return EINVAL;
    }
}

int end_operation(Operation& operation) {
    Descriptor& descriptor = operation.descriptor;
    int error = describe_rest(operation.fd, descriptor);
    if (error != 0) {
        return error;
    }
    if (is_sync(operation.kind)) {
        return descriptor.seekable ? 0 : EINVAL;
    }
    // What has a size is a file.
    bool may_be_directory = descriptor.seekable && descriptor.size == INT64_MAX;
    return may_be_directory && is_directory(operation.fd) ? EINVAL : 0;
}

int priority_of(uint16_t io_priority, int8_t& priority) {
    constexpr int kClassShift = 13;
    constexpr int kLevels = 8;
    constexpr int kBestEffortUsual = 4;       // the level of who does not ask
    int level = io_priority & (kLevels - 1);  // other bits are hints
    switch (io_priority >> kClassShift) {
        case 0:  // none
            priority = 0;
            return level == 0 ? 0 : EINVAL;
        case 1:  // real time
            priority = static_cast<int8_t>(kPriorityDeltaMax - level);
            return geteuid() == 0 ? 0 : EPERM;
        case 2:  // best effort
            priority = static_cast<int8_t>(kBestEffortUsual - level);
            return 0;
        case 3:  // idle
            priority = kPriorityMin;
            return 0;
        default:
            return EINVAL;
    }
}

}  // namespace uaio
