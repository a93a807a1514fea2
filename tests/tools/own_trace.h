// A trace that this program records of requests of every kind of its own, through <aio.h>.
#pragma once

#include <stdint.h>

#include <span>
#include <string>
#include <vector>

#include "tools/uaio/trace_file.h"

namespace uaio::tools {

// Words of 8 bytes, so that it is aligned.
using Words = std::vector<uint64_t>;

std::span<const uint8_t> bytes_of(const Words& words);

// The used part of its file, recorded at the first call.
const Words& recorded();

// The same, read back.
Trace own_trace();

// What is in it.
inline constexpr size_t kOwnCallbacks = 8;
inline constexpr size_t kOwnListed = 18;
inline constexpr size_t kOwnRequests = 52;

}  // namespace uaio::tools
