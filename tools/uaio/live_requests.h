// The outstanding requests of a process, read from its memory. See live.h.
#pragma once

#include "tools/uaio/live.h"

namespace uaio::tools {

// Throws Failure: the memory may not be read, or what is there is not what `window` says.
LiveRequests read_requests(const Process& process, const WindowAddresses& window);

}  // namespace uaio::tools
