#include "tools/bench/comparison.h"

#include <iostream>
#include <set>
#include <string>

#include "tools/bench/progress.h"
#include "tools/uaio/failure.h"

namespace uaio::bench {
namespace {

using tools::Failure;
using tools::kExitFailure;

bool applies(const Workload& workload, const Peer& peer) {
    return (is_posix(peer) || !needs_posix(workload)) &&
           workload.descriptors <= descriptors_limit(peer);
}

// Why the workload cannot be done here; empty where it can.
std::string obstacle_to(const Workload& workload, bool direct) {
    if (workload.cache == Cache::kDirect && !direct) return "the file system has no O_DIRECT";
    try {
        allow_descriptors(workload.descriptors);
    } catch (const Failure& failure) {
        return failure.what();
    }
    return "";
}

size_t count_cells(const Results& results, unsigned rounds) {
    size_t count = 0;
    for (const Workload* workload : results.workloads()) {
        for (const Peer* peer : results.peers()) count += applies(*workload, *peer);
    }
    return count * rounds;
}

// Prints a line for each peer that fails at the workload, and does not ask it again: one that hangs
// would take its time in every round.
bool run_workload(const Workload& workload, unsigned rounds, const Scratch& scratch,
                  const CellSettings& settings, Results& results, Progress& progress) {
    std::set<const Peer*> failed;
    const std::vector<const Peer*>& taking_part = results.peers();
    for (unsigned round = 0; round < rounds; ++round) {
        for (size_t i = 0; i < taking_part.size(); ++i) {
            const Peer& peer = *taking_part[(i + round) % taking_part.size()];
            if (!applies(workload, peer)) continue;
            progress.next(std::string(workload.name) + ' ' + peer.name);
            if (failed.contains(&peer)) continue;
            CellResult result = run_cell(peer, workload, scratch, settings);
            results.add(workload, peer, result.sample);
            if (result.failure.empty()) continue;
            failed.insert(&peer);
            progress.remove();
            std::cerr << "uaio: bench: " << workload.name << ", " << peer.name << ": "
                      << result.failure << '\n';
        }
    }
    return failed.empty();
}

}  // namespace

std::vector<const Peer*> available_peers(const Settings& settings, const Scratch& scratch,
                                         const CellSettings& cell, std::ostream& out) {
    std::vector<const Peer*> result;
    for (const Peer* peer : settings.peers) {
        std::string reason = reason_against(*peer, scratch, cell);
        if (reason.empty()) {
            result.push_back(peer);
            continue;
        }
        std::string line = std::string(peer->name) + ": " + reason;
        if (is_posix(*peer)) throw Failure(kExitFailure, line);
        out << "left out: " << line << '\n';
    }
    if (result.empty()) throw Failure(kExitFailure, "no peer is left");
    return result;
}

std::vector<const Workload*> feasible_workloads(const Settings& settings, const Scratch& scratch,
                                                std::ostream& out) {
    bool direct = scratch.has_direct();
    std::vector<const Workload*> result;
    for (const Workload* workload : settings.workloads) {
        std::string reason = obstacle_to(*workload, direct);
        if (reason.empty()) {
            result.push_back(workload);
        } else {
            out << "left out: " << workload->name << ": " << reason << '\n';
        }
    }
    if (result.empty()) throw Failure(kExitFailure, "no workload is left");
    return result;
}

bool run_rounds(Results& results, unsigned rounds, const Scratch& scratch,
                const CellSettings& settings) {
    Progress progress(count_cells(results, rounds));
    bool well = true;
    for (const Workload* workload : results.workloads()) {
        well &= run_workload(*workload, rounds, scratch, settings, results, progress);
    }
    return well;
}

}  // namespace uaio::bench
