// `uaio info`: what this system and this configuration mean for asynchronous I/O.
#include <iostream>

#include "aio/version.h"
#include "tools/uaio/command.h"
#include "tools/uaio/config.h"
#include "tools/uaio/failure.h"
#include "tools/uaio/probes.h"
#include "tools/uaio/report.h"

namespace uaio::tools {
namespace {

Report make_report(const Words& operands) {
    Report report{
        {"uaio", Report{{"version", UAIO_VERSION_STRING}}},
        {"system", probe_system()},
        {"interfaces", probe_interfaces()},
        {"limits", probe_limits()},
        {"configuration", effective_configuration()},
    };
    if (!operands.empty()) report["file_system"] = probe_file_system(operands[0]);
    return report;
}

void add_options(OptionTable& options) {
    options.add_options()("json", "print a JSON object");
}

int run(const CommandLine& line) {
    if (line.operands.size() > 1) throw UsageError("one path at a time");
    Report report = make_report(line.operands);
    if (line.options.count("json") != 0) {
        print_json(std::cout, report);
    } else {
        print_text(std::cout, report);
    }
    return 0;
}

}  // namespace

extern const Command kInfoCommand;
const Command kInfoCommand = {
    .name = "info",
    .operands = "[PATH]",
    .summary = "show what this system and the configuration offer",
    .notes =
        "With PATH, a file or a directory, also what the file system there can do: uaio makes\n"
        "a temporary file without a name next to it, writes 64 KiB and tries.\n"
        "\n"
        "The configuration is what a program started from here would get; `uaio run` can\n"
        "change it.\n",
    .runs_program = false,
    .usage_status = kExitUsage,
    .add_options = add_options,
    .run = run,
};

}  // namespace uaio::tools
