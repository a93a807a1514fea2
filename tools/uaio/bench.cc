// `uaio bench`: this system's asynchronous I/O, uaio's and others', side by side.
#include <errno.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>

#include <fstream>
#include <iomanip>
#include <iostream>

#include "aio/version.h"
#include "tools/bench/cell.h"
#include "tools/bench/comparison.h"
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
        Interface interface = peer->interface;
        if (interface == Interface::kUaio || interface == Interface::kUaioLibaio) return true;
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
    auto taking_part = available_peers(settings, scratch, cell, std::cout);
    Results results(feasible_workloads(settings, scratch, std::cout), taking_part);
    std::cout << std::flush;
    bool well = run_rounds(results, settings.rounds, scratch, cell);
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
        "Everything takes about a quarter of an hour.\n"
        "\n"
        "The scratch file has no name and is gone with the program, however that ends.\n",
    .runs_program = false,
    .usage_status = kExitUsage,
    .add_options = add_bench_options,
    .run = run,
};

}  // namespace uaio::tools
