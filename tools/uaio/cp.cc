// `uaio cp`: copies files by the functions of <libaio.h>. Here is the command line; copy.h has the
// state machine, copy_file.h what is done to the files.
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <set>

#include "tools/uaio/command.h"
#include "tools/uaio/copy_file.h"
#include "tools/uaio/copy_progress.h"
#include "tools/uaio/failure.h"

namespace uaio::tools {
namespace {

namespace po = boost::program_options;

constexpr unsigned kDepthMax = 1024;         // far more than any device works on at once
constexpr size_t kBlockBytesMin = 512;       // a sector
constexpr size_t kBlockBytesMax = 64 << 20;  // depth and block together stay below 64 GiB

unsigned depth_of(const OptionValues& values) {
    if (values.count("depth") == 0) return CopySettings().depth;
    unsigned depth = values["depth"].as<unsigned>();
    if (depth >= 1 && depth <= kDepthMax) return depth;
    throw UsageError("--depth: expected 1 to " + std::to_string(kDepthMax));
}

// A number of bytes, or one with K or M behind it; 0 for anything else.
size_t bytes_of(const std::string& text) {
    if (text.empty() || text[0] < '0' || text[0] > '9') return 0;
    char* end;
    errno = 0;
    unsigned long long number = strtoull(text.c_str(), &end, 10);
    std::string suffix = end;
    unsigned shift = suffix == "K" ? 10 : suffix == "M" ? 20 : 0;
    if (errno != 0 || (shift == 0 && !suffix.empty()) || number > kBlockBytesMax) return 0;
    return static_cast<size_t>(number) << shift;
}

size_t block_bytes_of(const OptionValues& values) {
    if (values.count("block") == 0) return CopySettings().block_bytes;
    size_t bytes = bytes_of(values["block"].as<std::string>());
    if (bytes < kBlockBytesMin || bytes > kBlockBytesMax) {
        throw UsageError("--block: expected " + std::to_string(kBlockBytesMin) + " to 64M");
    }
    if (values.count("direct") != 0 && bytes % kDirectAlignment != 0) {
        throw UsageError("--block: with --direct, expected a multiple of " +
                         std::to_string(kDirectAlignment));
    }
    return bytes;
}

bool shows_progress(const OptionValues& values) {
    bool quiet = values.count("quiet") != 0;
    bool progress = values.count("progress") != 0;
    if (quiet && progress) throw UsageError("either --progress or --quiet");
    return progress || (!quiet && isatty(STDERR_FILENO) == 1);
}

// What goes where; nothing has been done yet when there is something wrong with that.
std::vector<std::pair<std::string, std::string>> copies_of(const Words& operands) {
    if (operands.size() < 2) throw UsageError("which file, and where to?");
    const std::string& destination = operands.back();
    if (operands.size() > 2 && !is_directory(destination)) {
        throw Failure(kExitFailure, destination + ": is no directory, for more than one file");
    }
    std::vector<std::pair<std::string, std::string>> copies;
    std::set<std::string> taken;
    for (size_t i = 0; i + 1 < operands.size(); ++i) {
        copies.emplace_back(operands[i], destination_of(operands[i], destination));
        if (!taken.insert(copies.back().second).second) {
            throw Failure(kExitFailure, copies.back().second + ": two files would go there");
        }
    }
    return copies;
}

void add_options(OptionTable& options) {
    auto add = options.add_options();
    add("depth", po::value<unsigned>()->value_name("N"), "how many blocks are in flight (32)");
    add("block", po::value<std::string>()->value_name("BYTES"),
        "how large one is, with K or M if you like (128K)");
    add("direct", "read and write past the system's cache (O_DIRECT)");
    add("progress", "show a progress bar even where standard error is no terminal");
    add("quiet", "show none");
}

int run(const CommandLine& line) {
    CopyFileSettings settings{
        .copy = {depth_of(line.options), block_bytes_of(line.options)},
        .direct = line.options.count("direct") != 0,
    };
    bool shown = shows_progress(line.options);
    // A file that grows beyond RLIMIT_FSIZE is an error (EFBIG) like others.
    signal(SIGXFSZ, SIG_IGN);
    for (const auto& [source, destination] : copies_of(line.operands)) {
        CopyProgress progress(source, shown);
        copy_file(
            source, destination, settings, [&](off_t size) { progress.begin(size); },
            [&](off_t done) { progress.update(done); });
        progress.end();
    }
    return 0;
}

}  // namespace

extern const Command kCpCommand;
const Command kCpCommand = {
    .name = "cp",
    .operands = "SRC… DST",
    .summary = "copy files, with many blocks in flight",
    .notes =
        "DST is a file or, for several files a must, a directory. Copied are regular files;\n"
        "holes stay holes. What was copied is on the disk when uaio ends (fsync).\n"
        "\n"
        "A new file gets the permissions of its source; one that existed is overwritten and\n"
        "keeps its own. Where copying fails, a new file is removed, one that existed is left\n"
        "empty, and the files that were to follow are not begun.\n"
        "\n"
        "Exit status: 0; 1 if something failed: which file, where in it and why is one line\n"
        "on standard error.\n",
    .runs_program = false,
    .usage_status = kExitUsage,
    .add_options = add_options,
    .run = run,
};

}  // namespace uaio::tools
