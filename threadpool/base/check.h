// UAIO_CHECK: an invariant that stays on in release builds.
//
// A broken invariant in an I/O engine means that somebody's data is about to go to the wrong
// place, so the process stops at once, with one line on standard error that names the condition.
#pragma once

namespace uaio {

// Writes "uaio: FILE:LINE: broken invariant: CONDITION" and aborts. Async-signal-safe.
[[noreturn]] void check_failed(const char* file, int line, const char* condition);

}  // namespace uaio

#define UAIO_CHECK(condition)                          \
    (__builtin_expect(static_cast<bool>(condition), 1) \
         ? static_cast<void>(0)                        \
         : ::uaio::check_failed(__FILE__, __LINE__, #condition))
