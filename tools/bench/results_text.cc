#include "tools/bench/results_text.h"

#include <algorithm>
#include <iomanip>
#include <sstream>
#include <vector>

namespace uaio::bench {
namespace {

constexpr int kNameColumns = 24;
constexpr int kNumberColumns = 10;
constexpr int kRatioColumns = 12;
constexpr double kPercent = 100;
constexpr double kExactBelow = 10;  // smaller numbers have a place behind the point

std::string number(double value) {
    std::ostringstream out;
    out << std::fixed << std::setprecision(value < kExactBelow ? 2 : value < 100 ? 1 : 0) << value;
    return out.str();
}

// Byte counts differ from columns in text that is not ASCII.
std::string right(const std::string& text, int columns) {
    int width = 0;
    for (char c : text) width += (c & 0xc0) != 0x80;
    return std::string(static_cast<size_t>(std::max(columns - width, 0)), ' ') + text;
}

std::string left(const std::string& text, int columns) {
    return text + std::string(static_cast<size_t>(std::max(columns - int(text.size()), 0)), ' ');
}

std::string ratio(const std::optional<Spread>& spread) {
    if (!spread) return "-";
    std::ostringstream out;
    out << number(spread->median) << "x ±" << std::fixed << std::setprecision(0)
        << spread->relative() * kPercent << "%";
    return out.str();
}

bool is_loop(const Workload& workload) {
    return workload.outstanding == 0;
}

void print_rates(std::ostream& out, const Results& results, Group group) {
    out << left("operations per second", kNameColumns)
        << right(results.base().name, kNumberColumns);
    for (size_t i = 1; i < results.peers().size(); ++i) {
        out << right(results.peers()[i]->name, kRatioColumns);
    }
    out << '\n';
    for (const Workload* workload : results.workloads()) {
        if (workload->group != group) continue;
        auto rate = results.values(*workload, results.base(), kRate);
        out << left(workload->name, kNameColumns)
            << right(rate ? number(rate->median) : "-", kNumberColumns);
        for (size_t i = 1; i < results.peers().size(); ++i) {
            out << right(ratio(results.ratios(*workload, *results.peers()[i], kRate)),
                         kRatioColumns);
        }
        out << '\n';
    }
}

// A line for each peer that has the workload; `names` are its columns.
void print_details(std::ostream& out, const Results& results, Group group, const char* heading,
                   std::span<const char* const> names, std::span<const char* const> titles) {
    out << left(heading, kNameColumns) << left("peer", kRatioColumns);
    for (const char* title : titles) out << right(title, kNumberColumns);
    out << '\n';
    for (const Workload* workload : results.workloads()) {
        if (workload->group != group) continue;
        const char* name = workload->name;
        for (const Peer* peer : results.peers()) {
            if (!results.values(*workload, *peer, names[0])) continue;
            out << left(name, kNameColumns) << left(peer->name, kRatioColumns);
            for (const char* metric : names) {
                auto value = results.values(*workload, *peer, metric);
                out << right(value ? number(value->median) : "-", kNumberColumns);
            }
            out << '\n';
            name = "";
        }
    }
}

void print_group(std::ostream& out, const Results& results, Group group) {
    static constexpr const char* kLoop[] = {kP50, kP99, kP999, kProcessor, kMemoryMax};
    static constexpr const char* kLoopTitles[] = {"p50", "p99", "p99.9", "cpu/op", "peak MiB"};
    static constexpr const char* kParked[] = {
        kOutstandingReached, kSubmit,     kError,      kSuspend, kCancel,
        kFirstCancel,        kMemoryEach, kMemoryAfter};
    static constexpr const char* kParkedTitles[] = {"reached", "submit", "error",  "suspend",
                                                    "cancel",  "first",  "B each", "KiB after"};
    out << '\n' << title_of(group) << "\n\n";
    if (group == Group::kOutstanding) {
        print_details(out, results, group, "ns for one more", kParked, kParkedTitles);
        return;
    }
    print_rates(out, results, group);
    out << '\n';
    print_details(out, results, group, "latency, microseconds", kLoop, kLoopTitles);
}

bool has_group(const Results& results, Group group) {
    for (const Workload* workload : results.workloads()) {
        if (workload->group == group) return true;
    }
    return false;
}

}  // namespace

std::string format_results(const Results& results) {
    std::ostringstream out;
    for (Group group : {Group::kCached, Group::kWriting, Group::kDevice, Group::kNotification,
                        Group::kOutstanding}) {
        if (has_group(results, group)) print_group(out, results, group);
    }
    return out.str();
}

std::string format_verdict(const Results& results, const Peer& peer) {
    if (&peer == &results.base()) return "";
    std::ostringstream out;
    size_t compared = 0;
    for (const Workload* workload : results.workloads()) {
        auto own = results.values(*workload, peer, kP99);
        auto base = results.values(*workload, results.base(), kP99);
        auto ratio_of_rounds = results.ratios(*workload, peer, kP99);
        if (!is_loop(*workload) || !own || !base || !ratio_of_rounds) continue;
        ++compared;
        if (ratio_of_rounds->median <= 1) continue;
        out << "  " << left(workload->name, kNameColumns) << number(own->median) << " us, "
            << results.base().name << ' ' << number(base->median) << " us ("
            << ratio(ratio_of_rounds) << ")\n";
    }
    if (compared == 0) return "";
    std::string lines = out.str();
    std::string subject = std::string("the 99th percentile of ") + peer.name;
    if (lines.empty()) return subject + " is nowhere above that of " + results.base().name + "\n";
    return subject + " is above that of " + results.base().name + " here:\n" + lines;
}

std::string format_growth(const Results& results) {
    std::vector<const Workload*> parked;
    for (const Workload* workload : results.workloads()) {
        if (!is_loop(*workload)) parked.push_back(workload);
    }
    if (parked.size() < 2) return "";
    std::ostringstream out;
    for (const Peer* peer : results.peers()) {
        auto most = results.values(*parked.back(), *peer, kOutstandingReached);
        if (!most) continue;
        out << left(peer->name, kRatioColumns) << "with " << number(most->median)
            << " outstanding against " << parked.front()->outstanding << ':';
        for (const char* metric : {kSubmit, kError, kSuspend, kCancel}) {
            auto few = results.values(*parked.front(), *peer, metric);
            auto many = results.values(*parked.back(), *peer, metric);
            if (!few || !many || few->median == 0) continue;
            std::string name = metric;
            out << ' ' << name.substr(0, name.find('_')) << ' '
                << number(many->median / few->median) << 'x';
        }
        out << '\n';
    }
    return out.str();
}

}  // namespace uaio::bench
