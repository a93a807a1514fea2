// A picture of the throughput of every peer on every closed loop, drawn by gnuplot.
#pragma once

#include <string>

#include "tools/bench/results.h"

namespace uaio::bench {

// What gnuplot is to read: groups of bars on a logarithmic scale, one group for each workload and
// one bar for each peer, into the SVG file at `path`. Empty where there is nothing to draw.
std::string plot_script(const Results& results, const std::string& path);

// Throws Failure where gnuplot is not installed.
void require_gnuplot();

// Throws Failure where gnuplot does not do it.
void draw(const std::string& script);

}  // namespace uaio::bench
