// What a measurement yields: a number for each of these names.
#pragma once

#include <map>
#include <string>

namespace uaio::bench {

using Sample = std::map<std::string, double>;

// Of a closed loop. Latency is from just before the submission to the collection.
inline constexpr const char* kRate = "operations_per_second";
inline constexpr const char* kP50 = "p50_us";
inline constexpr const char* kP99 = "p99_us";
inline constexpr const char* kP999 = "p99.9_us";
inline constexpr const char* kProcessor = "cpu_us_per_operation";
inline constexpr const char* kMemoryMax = "peak_rss_mib";

// Of parked requests: the cost of one more operation, and the memory of the library for one.
inline constexpr const char* kOutstandingReached = "outstanding";  // fewer than wanted: too slow
inline constexpr const char* kSubmit = "submit_ns";
inline constexpr const char* kError = "error_ns";      // aio_error of one
inline constexpr const char* kSuspend = "suspend_ns";  // aio_suspend on one, without waiting
inline constexpr const char* kCancel = "cancel_ns";    // aio_cancel of one
inline constexpr const char* kFirstCancel = "first_cancel_ns";  // with what submissions put off
inline constexpr const char* kMemoryEach = "bytes_each";
inline constexpr const char* kMemoryAfter = "kib_after";  // still taken when all have ended

}  // namespace uaio::bench
