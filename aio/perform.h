// perform: the system call behind a request.
#pragma once

#include <sys/types.h>

#include "aio/operation.h"

namespace uaio {

struct Outcome {
    ssize_t result;  // bytes transferred, 0 for a sync, -1 with an error
    int error;       // 0 or an errno value
};

// Transfers once; a short transfer is a result, as POSIX has it for read and write. A call that a
// signal interrupted before it moved anything is made again. Blocks as long as the system call
// does. Keeps errno.
Outcome perform(const Operation& operation);

}  // namespace uaio
