// The rules for arguments of the embedding interface: from a struct uaio_operation to an Operation
// or an errno value, as <uaio/engine.h> says. Pure but for the questions about the descriptor.
#pragma once

#include <uaio/engine.h>

#include "aio/operation.h"
#include "aio/options.h"

namespace uaio {

// Fills in all but what only a transfer that is not made at once needs. Returns 0, EINVAL or EBADF.
int begin_wanted(const uaio_operation& from, Operation& operation);

// Finds out the rest. Returns 0, EINVAL or EBADF.
int end_wanted(Operation& operation);

// Fills in the settings of an engine; null: the defaults. Returns 0 or EINVAL.
int read_options(const uaio_options* from, Options& options);

}  // namespace uaio
