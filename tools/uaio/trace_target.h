// Where the program of `uaio run --trace FILE` is to leave its trace.
#pragma once

#include <string>

namespace uaio::tools {

// The value for UAIO_TRACE: `path` made absolute, for the program may go elsewhere. Removes an
// older trace that is there, because the library leaves a file alone that it finds (the second
// process of the program, too, would find that of the first). Throws Failure (kExitRunFailure) if
// something else has that name, or no file can be made there.
std::string trace_target(const std::string& path);

}  // namespace uaio::tools
