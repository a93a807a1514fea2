// perform: the system calls behind a request.
#pragma once

#include <sys/types.h>

#include "aio/operation.h"

namespace uaio {

struct Outcome {
    ssize_t result;  // bytes transferred, 0 for a sync, -1 with an error
    int error;       // 0 or an errno value
};

// For files and syncs. Transfers once; a short transfer is a result, as POSIX has it for read and
// write. A call that a signal interrupted before it moved anything is made again. Blocks as long as
// the system call does. Keeps errno.
Outcome perform(const Operation& operation);

// What a stream has to say about a request, without waiting.
struct Attempt {
    bool would_wait;  // nothing more can be done now; `outcome` is not set
    Outcome outcome;
};

// Transfers to or from a stream as far as that is possible without waiting. A read ends with
// whatever there is; a write goes on until all bytes are written, as write(2) does, and `progress`
// says how many are, from one attempt to the next. With O_NONBLOCK nothing waits: the outcome is
// EAGAIN, or a short write. Keeps errno.
Attempt attempt_stream(const Operation& operation, size_t& progress);

// The same for a stream that cannot be polled: waits in the system call. Keeps errno.
Outcome perform_stream(const Operation& operation, size_t progress);

}  // namespace uaio
