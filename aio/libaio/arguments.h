// The rules for a client's block: from its copy to an Operation or an errno value, in the order in
// which the kernel finds faults (fs/aio.c).
//
//   EINVAL      reserved fields that are not 0, a length above SSIZE_MAX, an unknown operation, a
//               negative offset, more than kPiecesMax pieces, a bell that is no eventfd, a priority
//               that does not exist, a directory, a sync of what is no file or with arguments
//   EBADF       no such descriptor, or not open for reading respectively writing
//   EPERM       a real-time priority without the right to it
//   EOPNOTSUPP  a flag that the system does not know, or RWF_NOWAIT where a file that can be read
//               does not know it
//   EFAULT      pieces that are not there
//   EAGAIN      no memory for pieces
#pragma once

#include "aio/libaio/abi.h"
#include "aio/libaio/context.h"
#include "aio/operation.h"

namespace uaio {

// What can be said without looking at anything else.
int check_block(const IoBlock& block);

// How the descriptor of the last block was opened. One call's blocks are mostly of one descriptor,
// which is asked once: whoever changes it while the call is made cannot tell when that was.
struct LastSeen {
    int fd = -1;  // none yet
    Descriptor descriptor;
};

// Fills in the operation's descriptor, and the slot's bell: then the kernel writes to the block.
// Keeps errno.
int begin_descriptor(const IoBlock& block, Slot& slot, LastSeen& last, Operation& operation);

// Goes on with the rest of `operation` (but for kPoll) and the slot's pieces. What the descriptor
// stands for is left to end_operation(). Keeps errno.
int begin_operation(const IoBlock& block, Slot& slot, Operation& operation);

// Finds out the rest. Keeps errno.
int end_operation(Operation& operation);

// The queue priority that stands for an I/O priority (ioprio_set(2): class << 13 | level). The
// real-time class comes before all others, the idle class after them.
int priority_of(uint16_t io_priority, int8_t& priority);

}  // namespace uaio
