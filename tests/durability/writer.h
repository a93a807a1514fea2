// The process that is killed: batches of writes at random cells, each with a sync behind it, and an
// acknowledgement when the sync has ended.
#pragma once

#include <array>

#include "tests/durability/stamp.h"

namespace uaio::test {

inline constexpr size_t kBatch = 8;

// Goes through a pipe in one piece.
using Acknowledgement = std::array<Stamp, kBatch>;

// How write_for_ever() ends if it does.
inline constexpr int kFailed = 1;        // a request was refused or went wrong
inline constexpr int kSyncTooEarly = 2;  // a sync was performed before a write that it covers

// Writes to the file, with serials above `serial`, and to the pipe `acknowledged`, until somebody
// kills the process.
int write_for_ever(int file, int acknowledged, uint64_t serial, uint64_t seed);

}  // namespace uaio::test
