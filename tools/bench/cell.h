// A cell: one peer doing one workload once, in a process of its own.
//
// A process, because the settings of uaio are read once in the life of one, and because nothing
// that a peer leaves behind (threads, memory) may count for the next. The child reports through a
// pipe and dies with its parent.
#pragma once

#include <stdint.h>

#include <functional>
#include <string>

#include "tools/bench/metric.h"
#include "tools/bench/peer.h"
#include "tools/bench/scratch.h"
#include "tools/bench/workload.h"

namespace uaio::bench {

struct CellSettings {
    double seconds;
    uint64_t seed;
    std::string library;  // the path of libuaio.so.1; empty where no peer needs it
};

// Either numbers or the reason why there are none.
struct CellResult {
    Sample sample;
    std::string failure;  // empty: there are
};

// Runs the cell and waits for it. A child that says nothing for far longer than the cell can take
// is killed, which is a failure. Throws Failure where no child can be made. For a process with one
// thread, which has allowed itself the descriptors (scratch.h).
CellResult run_cell(const Peer& peer, const Workload& workload, const Scratch& scratch,
                    const CellSettings& settings);

// Whether the peer works here at all: empty, or why not. Its process makes one write and one read
// of `scratch` and looks at the data.
std::string reason_against(const Peer& peer, const Scratch& scratch, const CellSettings& settings);

// What run_cell is made of: `work` in a child that has the peer's environment.
CellResult run_in_child(const Peer& peer, double seconds_max, const std::function<Sample()>& work);

}  // namespace uaio::bench
