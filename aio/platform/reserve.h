// Space on the disk for a file that is going to be mapped. Implemented once per kind of system in
// this folder: reserve_posix.cc (posix_fallocate(3)), reserve_darwin.cc.
#pragma once

#include <stddef.h>

namespace uaio {

// Makes the empty file so long, and takes all of its space at once. Returns 0 or an errno value.
int reserve_file(int fd, size_t bytes);

}  // namespace uaio
