// The comparison: who and what takes part, and the rounds.
//
// Peers take turns within each round, and begin with another one in the next, so that what the
// machine does meanwhile strikes all of them.
#pragma once

#include <ostream>
#include <vector>

#include "tools/bench/cell.h"
#include "tools/bench/results.h"
#include "tools/bench/settings.h"

namespace uaio::bench {

// The chosen peers that work here; a line to `out` for each of the others. Throws Failure where a
// POSIX peer does not, or none does.
std::vector<const Peer*> available_peers(const Settings& settings, const Scratch& scratch,
                                         const CellSettings& cell, std::ostream& out);

// The chosen workloads that can be done here; a line to `out` for each of the others. Allows this
// process the descriptors that they need. Throws Failure where there is none.
std::vector<const Workload*> feasible_workloads(const Settings& settings, const Scratch& scratch,
                                                std::ostream& out);

// Measures everything into `results`. A cell that fails is a line on standard error, and the rest
// goes on; returns whether there was none.
bool run_rounds(Results& results, unsigned rounds, const Scratch& scratch,
                const CellSettings& settings);

}  // namespace uaio::bench
