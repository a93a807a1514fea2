// The results for machines: a JSON object with every sample.
#pragma once

#include <boost/json/object.hpp>

#include "tools/bench/results.h"

namespace uaio::bench {

// "peers": [{"name", "about"}…], "workloads": {NAME: {PEER: {"samples": [{METRIC: number}…],
// "median": {METRIC: number}, "ratio": {METRIC: {"median", "low", "high"}}}}}. A sample is empty
// where its round failed.
boost::json::object results_tree(const Results& results);

}  // namespace uaio::bench
