// The short name of the running program. program_name_linux.cc, program_name_posix.cc.
#pragma once

#include <stddef.h>

namespace uaio {

// Writes the name to `name`, cut to fit and zero-terminated; "?" where the system does not tell.
void program_name(char* name, size_t bytes);

}  // namespace uaio
