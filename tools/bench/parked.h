// Parked requests: what one more operation costs while many others are outstanding.
#pragma once

#include <stddef.h>

#include "tools/bench/metric.h"
#include "tools/bench/posix_functions.h"

namespace uaio::bench {

// Submits `outstanding` reads of an empty pipe, in turns through so many descriptors, or as many
// reads as there is time for (each costs more than the one before with some), measures, and ends
// them all. allow_descriptors() comes first (scratch.h). Throws Failure.
Sample run_parked(const PosixFunctions& functions, size_t outstanding, unsigned descriptors,
                  double seconds_max);

}  // namespace uaio::bench
