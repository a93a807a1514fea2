// Where the preload library is, and the environment that brings it into a program.
#pragma once

#include <string>
#include <vector>

namespace uaio::tools {

// The environment variable that names another preload library than the one found.
inline constexpr const char* kPreloadOverride = "UAIO_PRELOAD_LIBRARY";

// Which interfaces are to be served: <aio.h>, <libaio.h> (and the kernel's AIO calls), or both.
// There is a library for each choice.
enum class Doors { kBoth, kPosix, kLibaio };

// Where that library may be when the tool is in `directory`: as installed, as built, and beside it.
std::vector<std::string> preload_candidates(const std::string& directory, Doors doors);

// The absolute path of the preload library: the override, else the first candidate that exists.
// Throws Failure with kExitRunFailure where there is none, or where LD_PRELOAD cannot express its
// path.
std::string find_preload_library(Doors doors);

// The value of LD_PRELOAD that has `library` before everything in `current`. A library that is
// already named stays where it is, so that `uaio run uaio run …` is the same as one of them.
std::string with_preload(const std::string& library, const std::string& current);

}  // namespace uaio::tools
