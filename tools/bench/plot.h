// A picture of the throughput of every peer on every closed loop, drawn by gnuplot.
#pragma once

#include <string>

#include "tools/bench/results.h"

namespace uaio::bench {

// What gnuplot is to read: a panel for each group of workloads, in it a group of bars for each
// workload and a bar for each peer, on a logarithmic scale, into the SVG file at `path`. Empty
// where there is nothing to draw.
std::string plot_script(const Results& results, const std::string& path);

// Throws Failure where gnuplot is not installed.
void require_gnuplot();

// Throws Failure where the script is empty or gnuplot does not do it.
void draw(const std::string& script);

}  // namespace uaio::bench
