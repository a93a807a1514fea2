#include "tools/bench/settings.h"

#include <stdlib.h>

#include <algorithm>
#include <regex>
#include <sstream>

#include "tools/bench/block.h"
#include "tools/uaio/failure.h"

namespace uaio::bench {
namespace {

namespace po = boost::program_options;
using tools::OptionValues;
using tools::UsageError;

constexpr unsigned kRounds = 5;     // odd: the median is one of them
constexpr double kSeconds = 0.5;    // a quarter of an hour in all
constexpr unsigned kSizeMib = 512;  // more than the usual device reads in a cell
constexpr unsigned kQuickRounds = 3;
constexpr double kQuickSeconds = 0.1;
constexpr unsigned kQuickSizeMib = 128;

constexpr unsigned kRoundsMax = 1000;
constexpr double kSecondsMin = 0.001;
constexpr double kSecondsMax = 3600;
constexpr unsigned kSizeMibMax = 1 << 20;
constexpr size_t kBlocksPerMib = (1 << 20) / kBlockBytes;
constexpr uint64_t kSeed = 1;

template <typename Number>
Number number_of(const OptionValues& values, const char* name, Number fallback, Number least,
                 Number most) {
    if (values.count(name) == 0) return fallback;
    Number number = values[name].as<Number>();
    if (number >= least && number <= most) return number;
    std::ostringstream text;
    text << "--" << name << ": expected " << least << " to " << most;
    throw UsageError(text.str());
}

std::string text_of(const OptionValues& values, const char* name) {
    return values.count(name) != 0 ? values[name].as<std::string>() : "";
}

std::regex regex_of(const std::string& text) {
    try {
        return std::regex(text);
    } catch (const std::regex_error&) {
        throw UsageError("--only=" + text + ": no regular expression");
    }
}

std::vector<const Workload*> chosen_workloads(const OptionValues& values) {
    bool quick = values.count("quick") != 0;
    std::string only = text_of(values, "only");
    std::regex pattern = regex_of("^(" + only + ")");
    std::vector<const Workload*> chosen;
    for (const Workload& workload : workloads()) {
        if (quick && only.empty() && !workload.quick) continue;
        if (std::regex_search(workload.name, pattern)) chosen.push_back(&workload);
    }
    if (chosen.empty()) throw UsageError("--only=" + only + ": no such workload; see --list");
    return chosen;
}

void check_peer(const std::string& name) {
    if (find_peer(name) != nullptr) return;
    std::string known;
    for (const Peer& peer : peers()) known += std::string(known.empty() ? "" : ", ") + peer.name;
    throw UsageError("--peers: there is no '" + name + "'; there are " + known);
}

std::vector<const Peer*> chosen_peers(const OptionValues& values) {
    std::vector<std::string> names;
    std::istringstream list(text_of(values, "peers"));
    for (std::string name; std::getline(list, name, ',');) names.push_back(name);
    std::for_each(names.begin(), names.end(), check_peer);
    std::vector<const Peer*> chosen;
    for (const Peer& peer : peers()) {
        bool named = std::find(names.begin(), names.end(), peer.name) != names.end();
        if (names.empty() || named) chosen.push_back(&peer);
    }
    return chosen;
}

template <typename Number>
std::string defaults(const char* meaning, Number usual, Number quick) {
    std::ostringstream text;
    text << meaning << " (" << usual << "; with --quick " << quick << ')';
    return text.str();
}

std::string default_directory() {
    const char* directory = getenv("TMPDIR");
    return directory != nullptr && *directory != '\0' ? directory : ".";
}

}  // namespace

void add_bench_options(tools::OptionTable& options) {
    auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
    auto add = options.add_options();
    add("quick", "the most telling workloads in short rounds, less than a minute in all");
    add("rounds", po::value<unsigned>()->value_name("N"),
        defaults("how often each is measured", kRounds, kQuickRounds).c_str());
    add("seconds", po::value<double>()->value_name("S"),
        defaults("how long, each time", kSeconds, kQuickSeconds).c_str());
    add("only", text("REGEX"), "workloads whose name begins so");
    add("peers", text("LIST"), "these peers, separated by commas; the base is the first of --list");
    add("list", "print the names of the workloads and the peers");
    add("directory", text("DIR"), "where the scratch file lies ($TMPDIR, or here)");
    add("size", po::value<unsigned>()->value_name("MIB"),
        defaults("its size", kSizeMib, kQuickSizeMib).c_str());
    add("seed", po::value<uint64_t>()->value_name("N"), "of the random offsets");
    add("library", text("PATH"), "another libuaio.so.1 than the one that belongs to this uaio");
    add("json", text("FILE"), "write every sample there");
    add("plot", text("FILE"), "draw throughput there, as SVG; needs gnuplot");
}

Settings read_settings(const tools::CommandLine& line) {
    if (!line.operands.empty()) throw UsageError("what is '" + line.operands[0] + "'?");
    const OptionValues& values = line.options;
    bool quick = values.count("quick") != 0;
    std::string directory = text_of(values, "directory");
    return {
        .workloads = chosen_workloads(values),
        .peers = chosen_peers(values),
        .rounds = number_of(values, "rounds", quick ? kQuickRounds : kRounds, 1u, kRoundsMax),
        .seconds = number_of(values, "seconds", quick ? kQuickSeconds : kSeconds, kSecondsMin,
                             kSecondsMax),
        .blocks = kBlocksPerMib *
                  number_of(values, "size", quick ? kQuickSizeMib : kSizeMib, 1u, kSizeMibMax),
        .seed = number_of<uint64_t>(values, "seed", kSeed, 0, UINT64_MAX),
        .directory = directory.empty() ? default_directory() : directory,
        .library = text_of(values, "library"),
        .json = text_of(values, "json"),
        .plot = text_of(values, "plot"),
        .list = values.count("list") != 0,
    };
}

}  // namespace uaio::bench
