// All samples of a run, and what follows from them.
//
// Rounds are kept apart: the ratio of a peer to the base is taken within each round, in which the
// two ran one soon after the other, and only then the median of the ratios.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/bench/metric.h"
#include "tools/bench/peer.h"
#include "tools/bench/spread.h"
#include "tools/bench/workload.h"

namespace uaio::bench {

class Results {
  public:
    // The first peer is the base of all ratios.
    Results(std::vector<const Workload*> workloads, std::vector<const Peer*> peers);

    const std::vector<const Workload*>& workloads() const { return workloads_; }
    const std::vector<const Peer*>& peers() const { return peers_; }
    const Peer& base() const { return *peers_.front(); }

    // Samples of one cell are added in the order of the rounds.
    void add(const Workload& workload, const Peer& peer, const Sample& sample);
    const std::vector<Sample>& samples(const Workload& workload, const Peer& peer) const;

    // Over all rounds; nothing where there are no samples.
    std::optional<Spread> values(const Workload& workload, const Peer& peer,
                                 const std::string& metric) const;
    // The peer's value through the base's, round by round.
    std::optional<Spread> ratios(const Workload& workload, const Peer& peer,
                                 const std::string& metric) const;

  private:
    using Cell = std::pair<const Workload*, const Peer*>;

    std::vector<const Workload*> workloads_;
    std::vector<const Peer*> peers_;
    std::map<Cell, std::vector<Sample>> cells_;
};

}  // namespace uaio::bench
