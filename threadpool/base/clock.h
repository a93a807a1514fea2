// The monotonic clock as one number: nanoseconds since an unspecified start. Never the wall
// clock, which a user may set back. Async-signal-safe.
#pragma once

#include <stdint.h>
#include <time.h>

namespace uaio {

inline constexpr int64_t kNsPerSecond = 1'000'000'000;
inline constexpr int64_t kNsPerMs = 1'000'000;
inline constexpr int64_t kNever = INT64_MAX;  // a deadline that does not come: 292 years

inline int64_t now_ns() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<int64_t>(now.tv_sec) * kNsPerSecond + now.tv_nsec;
}

// The deadline `duration` from now. `duration` must be valid (not negative, tv_nsec below one
// second); what lies beyond the range of the clock is kNever.
inline int64_t deadline_after(const timespec& duration) {
    int64_t now = now_ns();
    int64_t seconds_left = (kNever - now) / kNsPerSecond - 1;
    if (duration.tv_sec >= seconds_left) {
        return kNever;
    }
    return now + static_cast<int64_t>(duration.tv_sec) * kNsPerSecond + duration.tv_nsec;
}

}  // namespace uaio
