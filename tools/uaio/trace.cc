// `uaio trace`: what a program has recorded (uaio run --trace), for people and for viewers.
#include <errno.h>

#include <fstream>
#include <iostream>

#include "tools/uaio/command.h"
#include "tools/uaio/failure.h"
#include "tools/uaio/trace_file.h"
#include "tools/uaio/trace_json.h"
#include "tools/uaio/trace_page.h"
#include "tools/uaio/trace_summary.h"

namespace uaio::tools {
namespace {

namespace po = boost::program_options;

void add_options(OptionTable& options) {
    options.add_options()("summary", "print where the time went, and the slowest requests");
    options.add_options()("output,o", po::value<std::string>()->value_name("FILE"),
                          "write to FILE instead of standard output");
    options.add_options()("html", po::value<std::string>()->value_name("FILE"),
                          "write a page for a browser to FILE, which needs no network");
}

void print(std::ostream& out, const CommandLine& line, const Trace& trace) {
    if (line.options.count("html") != 0) {
        print_page(out, trace);
    } else if (line.options.count("summary") != 0) {
        print_summary(out, trace);
    } else {
        print_chrome_json(out, trace);
    }
}

void print_to(const std::string& path, const CommandLine& line, const Trace& trace) {
    errno = 0;
    std::ofstream out(path);
    if (out) print(out, line, trace);
    out.close();
    if (!out) throw system_failure(kExitFailure, path, errno != 0 ? errno : EIO);
}

// The option that names the file to write to; null if it is standard output.
const char* target_option(const CommandLine& line) {
    bool page = line.options.count("html") != 0;
    if (page && line.options.count("summary") + line.options.count("output") != 0) {
        throw UsageError("--html goes with neither --summary nor --output");
    }
    if (page) return "html";
    return line.options.count("output") != 0 ? "output" : nullptr;
}

int run(const CommandLine& line) {
    if (line.operands.size() != 1) throw UsageError("which trace? One file");
    const char* target = target_option(line);
    Trace trace = read_trace(line.operands[0]);
    if (target != nullptr) {
        print_to(line.options[target].as<std::string>(), line, trace);
    } else {
        print(std::cout, line, trace);
    }
    return 0;
}

}  // namespace

extern const Command kTraceCommand;
const Command kTraceCommand = {
    .name = "trace",
    .operands = "FILE",
    .summary = "show what a program under `uaio run --trace FILE` has recorded",
    .notes =
        "Writes Chrome trace events (JSON), which https://ui.perfetto.dev and chrome://tracing\n"
        "show: a track for each request and each thread, queue depth, busy workers, and arrows\n"
        "from submissions to system calls and from these to what waited for them. With\n"
        "--summary, a page of text instead; with --html, a page that shows the same in any\n"
        "browser, as one file.\n"
        "\n"
        "FILE may be read while the program runs, and after it was killed.\n",
    .runs_program = false,
    .usage_status = kExitUsage,
    .add_options = add_options,
    .run = run,
};

}  // namespace uaio::tools
