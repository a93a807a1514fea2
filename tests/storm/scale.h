// How much of a storm a build can afford. Sanitizers make everything slower, and find by one look
// what a plain build finds by many.
//
// No storm forks beside busy threads under a sanitizer: its allocator does not care for forks (GCC
// 12), so another thread may hold its lock for ever in the child. The thread sanitizer's is taken
// by every thread that starts or ends; one child in some thousands was seen to wait for it.
#pragma once

#include <stddef.h>

namespace uaio::test {

#if defined(__SANITIZE_THREAD__)
inline constexpr bool kThreadSanitizer = true;
inline constexpr bool kSanitizer = true;
inline constexpr size_t kSlower = 25;
#elif defined(__SANITIZE_ADDRESS__)
inline constexpr bool kThreadSanitizer = false;
inline constexpr bool kSanitizer = true;
inline constexpr size_t kSlower = 10;
#else
inline constexpr bool kThreadSanitizer = false;
inline constexpr bool kSanitizer = false;
inline constexpr size_t kSlower = 1;
#endif

// What is left of so many rounds.
constexpr size_t scaled(size_t rounds) {
    return rounds / kSlower + 1;
}

}  // namespace uaio::test
