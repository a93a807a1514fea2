// Which door a conformance program goes through: the one thing that its builds differ in.
#pragma once

namespace uaio::conformance {

// The file name of the preloaded library that must serve the AIO calls of this program; null when
// the program itself must (linked with the static library).
extern const char* const kPreloadedLibrary;

}  // namespace uaio::conformance
