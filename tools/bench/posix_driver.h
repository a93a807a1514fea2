// Drivers of the POSIX peers, on one peer's functions; one for each way to learn of an end.
#pragma once

#include <memory>

#include "tools/bench/driver.h"
#include "tools/bench/posix_functions.h"
#include "tools/bench/workload.h"

namespace uaio::bench {

// A driver with `depth` slots.
//
// kWait      aio_suspend on the oldest outstanding block, and no other: the cost of waiting does
//            not grow with the depth, as it would with a list of all blocks. What has ended behind
//            the oldest is collected in turn without another wait.
// kSignal    hold_signals must have been called before the process had a second thread, and there
//            is one submitter.
// kList      gathers operations and submits them when there is nothing left to collect.
std::unique_ptr<Driver> make_posix_driver(const PosixFunctions& functions, Notice notice,
                                          size_t depth);

// Blocks the signal of kSignal in the calling thread.
void hold_signals();

}  // namespace uaio::bench
