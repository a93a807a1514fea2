// How much of a storm a build can afford. Sanitizers make everything slower, and find by one look
// what a plain build finds by many.
#pragma once

#include <stddef.h>

namespace uaio::test {

#if defined(__SANITIZE_THREAD__)
inline constexpr bool kThreadSanitizer = true;
inline constexpr bool kAddressSanitizer = false;
inline constexpr bool kSanitizer = true;
inline constexpr size_t kSlower = 25;
#elif defined(__SANITIZE_ADDRESS__)
inline constexpr bool kThreadSanitizer = false;
inline constexpr bool kAddressSanitizer = true;
inline constexpr bool kSanitizer = true;
inline constexpr size_t kSlower = 10;
#else
inline constexpr bool kThreadSanitizer = false;
inline constexpr bool kAddressSanitizer = false;
inline constexpr bool kSanitizer = false;
inline constexpr size_t kSlower = 1;
#endif

// What is left of so many rounds.
constexpr size_t scaled(size_t rounds) {
    return rounds / kSlower + 1;
}

}  // namespace uaio::test
