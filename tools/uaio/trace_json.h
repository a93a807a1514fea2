// A trace as Chrome trace events, the JSON that Perfetto (ui.perfetto.dev) and chrome://tracing
// open.
//
// What is shown, and as what (the format is described in "Trace Event Format" by the Chromium
// project):
//   - each request: an asynchronous track of nested slices (b, e), the whole and its stages, and
//     instants (n) for what has no duration; id and name "#7 write", counted by submission
//   - each thread: slices (X) for system calls, notifications and submissions; instants (i) for
//     transfers made at once, and for threads that are started, woken, refused and that end
//   - counters (C): requests submitted and not yet taken; workers that perform
//   - arrows (s, f): from the submission to the system call; from the system call to the
//     notification; and to the system call of each request that waited for this one
// Times are microseconds since the beginning of the trace. Events are written in order of time.
#pragma once

#include <ostream>

#include "tools/uaio/trace_file.h"

namespace uaio::tools {

void print_chrome_json(std::ostream& out, const Trace& trace);

}  // namespace uaio::tools
