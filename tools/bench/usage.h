// What this process has used so far.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace uaio::bench {

// A clock that only goes forward.
uint64_t now_ns();

// Processor time of all threads, in user mode and in the kernel.
double processor_seconds();

// Memory that is present now, and the most that ever was.
size_t resident_bytes();
size_t resident_bytes_max();

}  // namespace uaio::bench
