// Every number of the pool, with its reason.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace uaio {

// Ready requests are sorted into this many levels. On Linux a scheduling priority is 0 to 99 and
// aio_reqprio takes off 0 to 20, so there are 120 values; two words of bitmap hold 128.
inline constexpr int kLevels = 128;

// The most threads that one pool may be told to have: fields of its state word are 16 bits wide,
// and a process seldom gets more than 32,000 threads.
inline constexpr unsigned kPoolThreadsMax = 16'384;

// A thread that has been idle for long and may not leave yet tries again after this time.
inline constexpr int64_t kNotNowNs = 100'000'000;

}  // namespace uaio
