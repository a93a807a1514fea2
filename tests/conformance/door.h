// What the builds of the conformance program differ in: the door that it goes through, and what
// the library can do that was built with the plain POSIX back ends alone (--config=portable, which
// defines UAIO_TEST_PORTABLE here).
#pragma once

#include <signal.h>

namespace uaio::conformance {

// The file name of the preloaded library that must serve the AIO calls of this program; null when
// the program itself must (linked with the static library).
extern const char* const kPreloadedLibrary;

#ifdef UAIO_TEST_PORTABLE
inline constexpr int kSignalCode = SI_QUEUE;   // what sigqueue() has; it takes no other code
inline constexpr bool kThreadSignals = false;  // SIGEV_THREAD_ID is not POSIX
#else
inline constexpr int kSignalCode = SI_ASYNCIO;
inline constexpr bool kThreadSignals = true;
#endif

}  // namespace uaio::conformance
