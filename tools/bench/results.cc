#include "tools/bench/results.h"

#include <algorithm>

namespace uaio::bench {

Results::Results(std::vector<const Workload*> workloads, std::vector<const Peer*> peers)
    : workloads_(std::move(workloads)), peers_(std::move(peers)) {}

// A round without a sample keeps its place.
void Results::add(const Workload& workload, const Peer& peer, const Sample& sample) {
    cells_[{&workload, &peer}].push_back(sample);
}

const std::vector<Sample>& Results::samples(const Workload& workload, const Peer& peer) const {
    static const std::vector<Sample> kNone;
    auto found = cells_.find({&workload, &peer});
    return found != cells_.end() ? found->second : kNone;
}

std::optional<Spread> Results::values(const Workload& workload, const Peer& peer,
                                      const std::string& metric) const {
    std::vector<double> values;
    for (const Sample& sample : samples(workload, peer)) {
        auto value = sample.find(metric);
        if (value != sample.end()) values.push_back(value->second);
    }
    if (values.empty()) return std::nullopt;
    return spread_of(values);
}

std::optional<Spread> Results::ratios(const Workload& workload, const Peer& peer,
                                      const std::string& metric) const {
    const std::vector<Sample>& own = samples(workload, peer);
    const std::vector<Sample>& others = samples(workload, base());
    std::vector<double> ratios;
    for (size_t round = 0; round < std::min(own.size(), others.size()); ++round) {
        auto value = own[round].find(metric);
        auto other = others[round].find(metric);
        if (value == own[round].end() || other == others[round].end()) continue;
        if (other->second != 0) ratios.push_back(value->second / other->second);
    }
    if (ratios.empty()) return std::nullopt;
    return spread_of(ratios);
}

}  // namespace uaio::bench
