// A trace in few bytes, for the page that shows it (tools/uaio/viewer): 7 or 8 for a step.
//
// All is made of numbers in base 128, the lowest seven bits first, the eighth bit set where more
// follow. "Signed" ones are doubled, and those below zero made odd: -1 is 1, 1 is 2, -2 is 3. Times
// are differences to the time before, which is that of the beginning of the trace at first.
//
//     requests, in order of submission:
//         kind; priority, descriptor, offset: signed; list + 1, or 0; number of steps
//         steps, in order of time, the first one of which is kSubmit or kHit:
//             step; time since the step before (the first one: since the request before was
//             submitted); thread; state; value: signed; the other request, as the difference to
//             this one: signed, 0 if there is none
// How many there are is said elsewhere (trace_page.cc).
#pragma once

#include <stdint.h>

#include <string>
#include <vector>

#include "tools/uaio/trace_file.h"

namespace uaio::tools {

std::vector<uint8_t> trace_bytes(const Trace& trace);

// As RFC 4648, with padding.
std::string base64(const std::vector<uint8_t>& bytes);

}  // namespace uaio::tools
