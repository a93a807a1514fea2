// The closed loop: submitters that keep a number of operations outstanding for some time.
#pragma once

#include "tools/bench/driver.h"
#include "tools/bench/metric.h"
#include "tools/bench/scratch.h"
#include "tools/bench/workload.h"

namespace uaio::bench {

struct LoopSettings {
    double seconds;
    uint64_t seed;  // submitter i has seed + i
};

// Runs `workload` with `depth` slots in each submitter, and waits for what is outstanding at the
// end, which counts too. Throws Failure where an operation fails or a block read is not the one
// that was asked for.
Sample run_closed_loop(const DriverMaker& maker, const Workload& workload, size_t depth,
                       const Scratch& scratch, const LoopSettings& settings);

}  // namespace uaio::bench
