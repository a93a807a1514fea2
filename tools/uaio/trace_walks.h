// Who is who in a trace: puts the steps together to requests. Of trace_file.cc's own.
#pragma once

#include "tools/uaio/trace_file.h"

namespace uaio::tools {

// Fills in `requests`, the references of the steps to them, and `unplaced`. The steps are in order
// of time.
void follow_walks(Trace& trace);

}  // namespace uaio::tools
