// The results as tables for people, at most 120 columns wide.
#pragma once

#include <string>

#include "tools/bench/results.h"

namespace uaio::bench {

// For each group a table of throughput: the base's operations per second, and every peer's ratio
// to it with half the distance of its extremes. Then latency and processor time.
std::string format_results(const Results& results);

// Lines that say where the 99th percentile of `peer` is above the base's. Empty where the run has
// not both.
std::string format_verdict(const Results& results, const Peer& peer);

// A line for each peer that parked requests: what one operation costs with the most of them, as a
// multiple of what it costs with the fewest. Empty where that was not measured.
std::string format_growth(const Results& results);

}  // namespace uaio::bench
