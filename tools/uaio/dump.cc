// `uaio dump`: the outstanding requests of a process, the oldest first.
#include <iostream>

#include "tools/uaio/command.h"
#include "tools/uaio/failure.h"
#include "tools/uaio/live.h"
#include "tools/uaio/live_text.h"

namespace uaio::tools {
namespace {

int run(const CommandLine& line) {
    if (line.operands.size() != 1) throw UsageError("which process? One number or name");
    Process process = find_live_process(line.operands[0]);
    Live live = look_at(process);
    if (!live.requests) throw Failure(kExitFailure, process.title() + ": " + live.unreadable);
    for (const std::string& text : dump_lines(process.title(), *live.requests)) {
        std::cout << text << '\n';
    }
    return 0;
}

}  // namespace

extern const Command kDumpCommand;
const Command kDumpCommand = {
    .name = "dump",
    .operands = "PID|NAME",
    .summary = "list the outstanding requests of a process under `uaio run --stats`",
    .notes =
        "One line for each request that was submitted and has not been published yet, the\n"
        "oldest first: what it is, how long ago it was submitted, in which state it is, and\n"
        "what it waits for. The process is not stopped; requests that end while they are being\n"
        "read are left out. It takes the right to read the memory of the process, as a\n"
        "debugger does.\n",
    .runs_program = false,
    .usage_status = kExitUsage,
    .add_options = nullptr,
    .run = run,
};

}  // namespace uaio::tools
