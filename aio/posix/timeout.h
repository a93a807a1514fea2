// Time limits of the functions that wait, as programs give them.
#pragma once

#include <stdint.h>
#include <time.h>

#include <limits>

#include "threadpool/base/clock.h"

// glibc's struct __timespec64, which programs see as their struct timespec (_TIME_BITS=64).
struct uaio_timespec64 {
    int64_t seconds;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    int32_t padding;
    int32_t nanoseconds;
#else
    int32_t nanoseconds;
    int32_t padding;
#endif
};

namespace uaio {

inline bool is_valid(const timespec& timeout) {
    return timeout.tv_sec >= 0 && timeout.tv_nsec >= 0 && timeout.tv_nsec < kNsPerSecond;
}

// The same limit, or the longest there is; invalid if it is invalid.
inline timespec shorter(const uaio_timespec64& timeout) {
    constexpr int64_t kSecondsMax = std::numeric_limits<time_t>::max();
    int64_t seconds = timeout.seconds < kSecondsMax ? timeout.seconds : kSecondsMax;
    timespec shorter = {};
    shorter.tv_sec = static_cast<time_t>(seconds < 0 ? -1 : seconds);
    shorter.tv_nsec = timeout.nanoseconds;
    return shorter;
}

}  // namespace uaio
