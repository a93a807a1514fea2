// The command line of `uaio bench`.
#pragma once

#include <stdint.h>

#include <string>
#include <vector>

#include "tools/bench/peer.h"
#include "tools/bench/workload.h"
#include "tools/uaio/arguments.h"

namespace uaio::bench {

struct Settings {
    std::vector<const Workload*> workloads;  // in the order of the table
    std::vector<const Peer*> peers;          // in the order of the table
    unsigned rounds;
    double seconds;  // of a cell
    size_t blocks;   // of the scratch file
    uint64_t seed;
    std::string directory;  // of the scratch file
    std::string library;    // libuaio.so.1; empty: to be found
    std::string json;       // path; empty: none
    std::string plot;       // path; empty: none
    bool list;              // only name the workloads
};

void add_bench_options(tools::OptionTable& options);

// Throws UsageError for what makes no sense.
Settings read_settings(const tools::CommandLine& line);

}  // namespace uaio::bench
