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

// A time or a duration, not negative, as the system's calls take it. Where their seconds have 32
// bits, what does not fit is the latest that does: on this clock, 68 years after the start.
inline timespec timespec_of(int64_t ns) {
    constexpr int64_t kSecondsMax = sizeof(time_t) > 4 ? INT64_MAX : INT32_MAX;
    int64_t seconds = ns / kNsPerSecond < kSecondsMax ? ns / kNsPerSecond : kSecondsMax;
    timespec time = {};
    time.tv_sec = static_cast<time_t>(seconds);
    time.tv_nsec = static_cast<decltype(time.tv_nsec)>(ns % kNsPerSecond);
    return time;
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
