#include "tools/bench/plot.h"

#include <stdio.h>

#include <iterator>
#include <sstream>
#include <vector>

#include "tools/uaio/failure.h"
#include "tools/uaio/program.h"

namespace uaio::bench {
namespace {

using tools::Failure;
using tools::kExitFailure;

constexpr size_t kWidthPixels = 1600;  // room for 11 workloads of 11 bars
constexpr size_t kPanelPixels = 320;

// Colours that the colour-blind can tell apart (Okabe and Ito), and black; then the same, hatched.
constexpr const char* kColours[] = {"#999999", "#d55e00", "#e69f00", "#f0e442",
                                    "#0072b2", "#56b4e9", "#009e73", "#000000"};

// Within gnuplot's single quotes.
std::string quoted(const std::string& text) {
    std::string result = "'";
    for (char c : text) result += c == '\'' ? "''" : std::string(1, c);
    return result + "'";
}

using Loops = std::vector<const Workload*>;

bool was_measured(const Results& results, const Workload& workload) {
    for (const Peer* peer : results.peers()) {
        if (results.values(workload, *peer, kRate)) return true;
    }
    return false;
}

// The closed loops of each group that has any.
std::vector<Loops> panels_of(const Results& results) {
    std::vector<Loops> panels;
    for (const Workload* workload : results.workloads()) {
        if (!was_measured(results, *workload)) continue;
        if (panels.empty() || panels.back()[0]->group != workload->group) panels.emplace_back();
        panels.back().push_back(workload);
    }
    return panels;
}

void print_data(std::ostream& out, const Results& results, const Loops& loops, size_t panel) {
    out << "$panel" << panel << " << END\n";
    for (const Workload* workload : loops) {
        out << workload->name;
        for (const Peer* peer : results.peers()) {
            auto rate = results.values(*workload, *peer, kRate);
            out << ' ' << (rate ? std::to_string(rate->median) : "NaN");
        }
        out << '\n';
    }
    out << "END\n";
}

// gnuplot refuses to draw nothing.
bool took_part(const Results& results, const Loops& loops, const Peer& peer) {
    for (const Workload* workload : loops) {
        if (results.values(*workload, peer, kRate)) return true;
    }
    return false;
}

void print_plot(std::ostream& out, const Results& results, const Loops& loops, size_t panel) {
    out << "set title '" << title_of(loops[0]->group) << "'\n";
    const char* before = "plot ";
    for (size_t i = 0; i < results.peers().size(); ++i) {
        const Peer& peer = *results.peers()[i];
        if (!took_part(results, loops, peer)) continue;
        out << before << "$panel" << panel << " using " << i + 2 << ":xtic(1) title "
            << quoted(peer.name) << " linecolor rgb '" << kColours[i % std::size(kColours)] << "'"
            << (i < std::size(kColours) ? "" : " fillstyle pattern 4");
        before = ", ";
    }
    out << '\n';
}

}  // namespace

std::string plot_script(const Results& results, const std::string& path) {
    std::vector<Loops> panels = panels_of(results);
    if (panels.empty()) return "";
    std::ostringstream out;
    for (size_t i = 0; i < panels.size(); ++i) print_data(out, results, panels[i], i);
    out << "set terminal svg size " << kWidthPixels << ',' << kPanelPixels * panels.size()
        << " background 'white'\n"
        << "set output " << quoted(path) << '\n'
        << "set style data histogram\nset style histogram clustered gap 2\n"
        << "set style fill solid 1 noborder\nset boxwidth 1\n"
        << "set logscale y\nset format y '10^{%L}'\nset grid ytics\n"
        << "set ylabel 'operations per second'\n"
        << "set xtics rotate by -20 nomirror noenhanced\nset key outside right top noenhanced\n"
        << "set multiplot layout " << panels.size() << ",1\n";
    for (size_t i = 0; i < panels.size(); ++i) print_plot(out, results, panels[i], i);
    out << "unset multiplot\n";
    return out.str();
}

void require_gnuplot() {
    try {
        tools::find_program("gnuplot");
    } catch (const Failure&) {
        throw Failure(kExitFailure, "--plot needs gnuplot, which is not installed");
    }
}

void draw(const std::string& script) {
    if (script.empty()) throw Failure(kExitFailure, "there is no throughput to draw");
    FILE* gnuplot = popen("gnuplot", "w");
    if (gnuplot == nullptr) throw Failure(kExitFailure, "cannot run gnuplot");
    fwrite(script.data(), 1, script.size(), gnuplot);
    if (pclose(gnuplot) != 0) throw Failure(kExitFailure, "gnuplot could not draw");
}

}  // namespace uaio::bench
