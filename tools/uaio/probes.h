// What this system offers, found by asking it: each function returns one section of the report of
// `uaio info` (report.h).
#pragma once

#include <string>

#include "tools/uaio/report.h"

namespace uaio::tools {

// Kernel, C library, processors.
Report probe_system();

// The kernel's own asynchronous interfaces, asked for by system call, since a container may forbid
// what the kernel has.
Report probe_interfaces();

// Limits of this process and of the system that bound asynchronous I/O.
Report probe_limits();

// What the file system that holds `path`, a file or a directory, can do without waiting. Writes
// into a temporary file without a name, next to `path`. Throws Failure with kExitFailure.
Report probe_file_system(const std::string& path);

}  // namespace uaio::tools
