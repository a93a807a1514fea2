// `uaio bench`: this system's asynchronous I/O, uaio's and others', side by side.
//
// Peers take turns within each round, so that what the machine does meanwhile strikes all of them.
#include <errno.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>

#include <cstring>
#include <fstream>
#include <iomanip>
#include <iostream>

#include "aio/version.h"
#include "tools/bench/cell.h"
#include "tools/bench/plot.h"
#include "tools/bench/results.h"
#include "tools/bench/results_text.h"
#include "tools/bench/results_tree.h"
#include "tools/bench/scratch.h"
#include "tools/bench/settings.h"
#include "tools/uaio/command.h"
#include "tools/uaio/failure.h"
#include "tools/uaio/files.h"
#include "tools/uaio/probes.h"

namespace uaio::tools {
namespace {

using namespace uaio::bench;

// One line on a terminal, rewritten; nothing elsewhere.
class Progress {
  public:
    explicit Progress(size_t cells) : cells_(cells), shown_(isatty(STDERR_FILENO) == 1) {}
    ~Progress() {
        if (shown_) std::cerr << "\r\033[K" << std::flush;
    }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void next(const Workload& workload, const Peer& peer) {
        ++done_;
        if (!shown_) return;
        std::cerr << "\r\033[K" << done_ << '/' << cells_ << ' ' << workload.name << ' '
                  << peer.name << std::flush;
    }

  private:
    size_t cells_;
    size_t done_ = 0;
    bool shown_;
};

bool applies(const Workload& workload, const Peer& peer) {
    return is_posix(peer) || !needs_posix(workload);
}

void print_list() {
    std::cout << "workloads (* with --quick)\n";
    for (const Workload& workload : workloads()) {
        std::cout << (workload.quick ? "* " : "  ") << workload.name << '\n';
    }
    std::cout << "\npeers\n" << std::left;
    for (const Peer& peer : peers()) {
        std::cout << "  " << std::setw(12) << peer.name << peer.about << '\n';
    }
}

// Those that work here; a line for each of the others. POSIX peers must.
std::vector<const Peer*> available(const Settings& settings, const Scratch& scratch,
                                   const CellSettings& cell) {
    std::vector<const Peer*> result;
    for (const Peer* peer : settings.peers) {
        std::string reason = reason_against(*peer, scratch, cell);
        if (reason.empty()) {
            result.push_back(peer);
            continue;
        }
        std::string line = std::string(peer->name) + ": " + reason;
        if (is_posix(*peer)) throw Failure(kExitFailure, line);
        std::cout << "left out: " << line << '\n';
    }
    if (result.empty()) throw Failure(kExitFailure, "no peer is left");
    return result;
}

std::vector<const Workload*> feasible(const Settings& settings, const Scratch& scratch) {
    bool direct = scratch.has_direct();
    size_t left_out = 0;
    std::vector<const Workload*> result;
    for (const Workload* workload : settings.workloads) {
        if (workload->cache == Cache::kDirect && !direct) {
            ++left_out;
        } else {
            result.push_back(workload);
        }
    }
    if (left_out > 0) {
        std::cout << "left out: " << left_out << " workloads with O_DIRECT, which the file system "
                  << "of " << settings.directory << " does not have\n";
    }
    return result;
}

// Prints a line for each peer that failed at the workload; each is asked in every round.
bool run_workload(const Workload& workload, unsigned rounds, const Scratch& scratch,
                  const CellSettings& settings, Results& results, Progress& progress) {
    bool well = true;
    const std::vector<const Peer*>& taking_part = results.peers();
    for (unsigned round = 0; round < rounds; ++round) {
        for (size_t i = 0; i < taking_part.size(); ++i) {
            const Peer& peer = *taking_part[(i + round) % taking_part.size()];
            if (!applies(workload, peer)) continue;
            progress.next(workload, peer);
            CellResult result = run_cell(peer, workload, scratch, settings);
            results.add(workload, peer, result.sample);
            if (result.failure.empty()) continue;
            well = false;
            std::cerr << "uaio: bench: " << workload.name << ", " << peer.name << ": "
                      << result.failure << '\n';
        }
    }
    return well;
}

size_t count_cells(const Results& results, unsigned rounds) {
    size_t count = 0;
    for (const Workload* workload : results.workloads()) {
        for (const Peer* peer : results.peers()) count += applies(*workload, *peer);
    }
    return count * rounds;
}

// Nothing is written before there is something to write, but a long run must not be in vain.
void require_writable(const std::string& path) {
    if (path.empty() || access(path.c_str(), W_OK) == 0) return;
    if (errno == ENOENT && access(directory_of(path).c_str(), W_OK) == 0) return;
    throw system_failure(kExitFailure, path, errno);
}

void write_json(const Settings& settings, const Results& results) {
    boost::json::object tree = results_tree(results);
    tree["uaio"] = UAIO_VERSION_STRING;
    tree["system"] = probe_system();
    tree["file_system"] = probe_file_system(settings.directory);
    tree["settings"] = {{"rounds", settings.rounds},
                        {"seconds", settings.seconds},
                        {"seed", settings.seed},
                        {"blocks", settings.blocks}};
    std::ofstream file(settings.json);
    if (!(file << boost::json::serialize(tree) << '\n' << std::flush)) {
        throw Failure(kExitFailure, settings.json + ": cannot write");
    }
}

bool needs_library(const Settings& settings) {
    for (const Peer* peer : settings.peers) {
        if (peer->interface == Interface::kUaio) return true;
    }
    return false;
}

std::string library_of(const Settings& settings) {
    if (!needs_library(settings)) return "";
    if (settings.library.empty()) return find_library();
    std::string path = real_path(settings.library);
    if (path.empty()) throw system_failure(kExitFailure, settings.library, errno);
    return path;
}

int measure(const Settings& settings) {
    CellSettings cell{settings.seconds, settings.seed, library_of(settings)};
    require_writable(settings.json);
    require_writable(settings.plot);
    if (!settings.plot.empty()) require_gnuplot();
    Scratch scratch(settings.directory, settings.blocks);
    Results results(feasible(settings, scratch), available(settings, scratch, cell));
    bool well = true;
    {
        Progress progress(count_cells(results, settings.rounds));
        for (const Workload* workload : results.workloads()) {
            well &= run_workload(*workload, settings.rounds, scratch, cell, results, progress);
        }
    }
    std::cout << format_results(results) << '\n';
    std::cout << format_growth(results) << format_verdict(results, *find_peer("uaio"))
              << std::flush;
    if (!settings.json.empty()) write_json(settings, results);
    if (!settings.plot.empty()) draw(plot_script(results, settings.plot));
    return well ? 0 : kExitFailure;
}

int run(const CommandLine& line) {
    Settings settings = read_settings(line);
    if (!settings.list) return measure(settings);
    print_list();
    return 0;
}

}  // namespace

extern const Command kBenchCommand;
const Command kBenchCommand = {
    .name = "bench",
    .operands = "",
    .summary = "compare uaio with this system's asynchronous I/O, and with others",
    .notes =
        "Every peer does every workload in each round, in a process of its own. Printed are\n"
        "medians, the ratio to the base (the system's POSIX AIO) taken round by round, and ±\n"
        "half the distance of the extreme rounds. Latency is in microseconds, from just before\n"
        "the submission to the collection; processor time is that of all threads.\n"
        "\n"
        "The scratch file has no name and is gone with the program, however that ends.\n",
    .runs_program = false,
    .usage_status = kExitUsage,
    .add_options = add_bench_options,
    .run = run,
};

}  // namespace uaio::tools
