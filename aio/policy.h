// Policy: the one question asked of a lane, "what may run now?", answered for each request as it
// is admitted: what does it have to wait for?
//
// Two answers, one file each.
//   policy_conflict.cc  as if serial: requests of a descriptor keep queue order whenever anybody
//   could
//                       tell the difference; everything else runs in parallel (the default)
//   policy_strict.cc    one request at a time per descriptor, in queue order, as glibc does it
//
// Queue order is priority, then admission.
#pragma once

#include <stdint.h>

#include "aio/range_index.h"

namespace uaio {

struct Request;

struct Placement {
    uint8_t gate;   // index into the lane's gates
    uint8_t limit;  // how many requests that gate lets in at one time
    // Whether byte ranges matter. If so the request waits for those before it in queue order that
    // are reads overlapping `reads` or writes overlapping `writes`, and is itself found under
    // `own`, among the reads or the writes according to its kind.
    bool ranged;
    Range own;
    Range reads;
    Range writes;
};

using Policy = Placement (*)(const Request& request);

Placement place_by_conflict(const Request& request);
Placement place_strictly(const Request& request);

}  // namespace uaio
