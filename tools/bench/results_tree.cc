#include "tools/bench/results_tree.h"

#include <boost/json/array.hpp>

#include <set>

namespace uaio::bench {
namespace {

namespace json = boost::json;

json::object tree_of(const Sample& sample) {
    json::object tree;
    for (const auto& [name, value] : sample) tree[name] = value;
    return tree;
}

json::object tree_of(const Results& results, const Workload& workload, const Peer& peer) {
    json::array samples;
    std::set<std::string> metrics;
    for (const Sample& sample : results.samples(workload, peer)) {
        samples.push_back(tree_of(sample));
        for (const auto& [name, value] : sample) metrics.insert(name);
    }
    json::object medians;
    json::object ratios;
    for (const std::string& metric : metrics) {
        medians[metric] = results.values(workload, peer, metric)->median;
        auto ratio = results.ratios(workload, peer, metric);
        if (!ratio) continue;
        ratios[metric] = {{"median", ratio->median}, {"low", ratio->low}, {"high", ratio->high}};
    }
    return {{"samples", samples}, {"median", medians}, {"ratio", ratios}};
}

}  // namespace

json::object results_tree(const Results& results) {
    json::array peers;
    for (const Peer* peer : results.peers()) {
        peers.push_back({{"name", peer->name}, {"about", peer->about}});
    }
    json::object workloads;
    for (const Workload* workload : results.workloads()) {
        json::object& tree = workloads[workload->name].emplace_object();
        for (const Peer* peer : results.peers()) {
            if (results.samples(*workload, *peer).empty()) continue;
            tree[peer->name] = tree_of(results, *workload, *peer);
        }
    }
    return {{"peers", peers}, {"workloads", workloads}};
}

}  // namespace uaio::bench
