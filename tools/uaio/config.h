// The configuration that the library would use in a program started from this environment.
#pragma once

#include "tools/uaio/report.h"

namespace uaio::tools {

// One fact for each setting in the library's table: the value in force, and where it is from.
Report effective_configuration();

}  // namespace uaio::tools
