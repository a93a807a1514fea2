#include "tools/bench/plot.h"

#include <stdio.h>

#include <sstream>

#include "tools/uaio/failure.h"
#include "tools/uaio/program.h"

namespace uaio::bench {
namespace {

using tools::Failure;
using tools::kExitFailure;

constexpr size_t kMarginPixels = 200;
constexpr size_t kBarPixels = 12;
constexpr size_t kHeightPixels = 560;

// Colours that the colour-blind can tell apart (Okabe and Ito), and black.
constexpr const char* kColours[] = {"#999999", "#d55e00", "#e69f00", "#f0e442",
                                    "#0072b2", "#56b4e9", "#009e73", "#000000"};

// Within gnuplot's single quotes.
std::string quoted(const std::string& text) {
    std::string result = "'";
    for (char c : text) result += c == '\'' ? "''" : std::string(1, c);
    return result + "'";
}

void print_data(std::ostream& out, const Results& results) {
    out << "$rates << END\n";
    for (const Workload* workload : results.workloads()) {
        if (workload->outstanding > 0) continue;
        out << workload->name;
        for (const Peer* peer : results.peers()) {
            auto rate = results.values(*workload, *peer, kRate);
            out << ' ' << (rate ? std::to_string(rate->median) : "NaN");
        }
        out << '\n';
    }
    out << "END\n";
}

size_t loops_in(const Results& results) {
    size_t count = 0;
    for (const Workload* workload : results.workloads()) count += workload->outstanding == 0;
    return count;
}

}  // namespace

std::string plot_script(const Results& results, const std::string& path) {
    size_t loops = loops_in(results);
    if (loops == 0) return "";
    size_t width = kMarginPixels + loops * (results.peers().size() + 2) * kBarPixels;
    std::ostringstream out;
    print_data(out, results);
    out << "set terminal svg size " << width << ',' << kHeightPixels << " background 'white'\n"
        << "set output " << quoted(path) << '\n'
        << "set title 'operations per second (logarithmic)'\n"
        << "set style data histogram\nset style histogram clustered gap 2\n"
        << "set style fill solid 1 noborder\nset boxwidth 1\n"
        << "set logscale y\nset format y '10^{%L}'\nset grid ytics\n"
        << "set xtics rotate by -40 nomirror\nset key outside right top noenhanced\n"
        << "set xtics noenhanced\nplot";
    for (size_t i = 0; i < results.peers().size(); ++i) {
        out << (i == 0 ? " " : ", ") << "$rates using " << i + 2 << ":xtic(1) title "
            << quoted(results.peers()[i]->name) << " linecolor rgb '"
            << kColours[i % std::size(kColours)] << "'";
    }
    out << '\n';
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
    FILE* gnuplot = popen("gnuplot", "w");
    if (gnuplot == nullptr) throw Failure(kExitFailure, "cannot run gnuplot");
    fwrite(script.data(), 1, script.size(), gnuplot);
    if (pclose(gnuplot) != 0) throw Failure(kExitFailure, "gnuplot could not draw");
}

}  // namespace uaio::bench
