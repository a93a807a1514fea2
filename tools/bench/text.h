// The results as tables for people, at most 120 columns wide.
#pragma once

#include <string>

#include "tools/bench/results.h"

namespace uaio::bench {

// For each group a table of throughput: the base's operations per second, and every peer's ratio
// to it with half the distance of its extremes. Then latency and processor time.
std::string format_results(const Results& results);

// Lines that say where the 99th percentile of `peer` is above the base's, and that parked requests
// cost more than few do. Empty where the run has not both peers.
std::string format_verdict(const Results& results, const Peer& peer);

}  // namespace uaio::bench
