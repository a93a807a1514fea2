// The environment, as far as it may be trusted. environment_linux.cc, environment_posix.cc.
#pragma once

namespace uaio {

// The value of the variable; null if it is not set, or if the program runs with more rights than
// whoever started it.
const char* environment(const char* name);

}  // namespace uaio
