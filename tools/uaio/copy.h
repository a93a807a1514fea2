// The heart of `uaio cp`: copies the data of one open file to another one by the functions of
// <libaio.h>, and an example of how a program uses them.
//
//     CopyEnd source{"a", from.get()}, destination{"b", to.get()};
//     copy_data(source, destination, size, {.depth = 32, .block_bytes = 131072}, meter);
//
// At any time up to `depth` blocks are in flight. Each has a buffer and a part of the file, and
// goes through these states, one request at a time:
//
//     idle ──────> reading ──────> writing ──────> idle, with the next part, or for good
//                  └─────┘ short   └─────┘ short
//
// A transfer that moved less than was asked for is gone on with from where it ended. Holes of the
// source are left out: the destination must be empty, and is given its size at the end.
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include <functional>
#include <string>

namespace uaio::tools {

// What direct transfers are aligned to, in the file and in memory.
inline constexpr size_t kDirectAlignment = 4096;

struct CopySettings {
    unsigned depth = 32;
    size_t block_bytes = 128 << 10;  // with direct transfers, a multiple of kDirectAlignment
};

// A file that is read or written. `path` is for messages.
struct CopyEnd {
    std::string path;
    int fd;
    int direct_fd = -1;  // the same file, opened with O_DIRECT: for all but the unaligned tail
};

// Told now and then how many bytes have been dealt with, holes included.
using CopyMeter = std::function<void(off_t done)>;

// Copies `size` bytes, and waits until they are on the disk (fsync). Throws a Failure that says
// which file, which offset and why; nothing is in flight any more then.
void copy_data(const CopyEnd& source, const CopyEnd& destination, off_t size,
               const CopySettings& settings, const CopyMeter& meter);

}  // namespace uaio::tools
