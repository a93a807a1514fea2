// `uaio help`: the list of commands, or the help of one.
#include <iostream>

#include "tools/uaio/command.h"
#include "tools/uaio/failure.h"

namespace uaio::tools {
namespace {

int run(const CommandLine& line) {
    if (line.operands.size() > 1) throw UsageError("one command at a time");
    if (line.operands.empty()) {
        print_overview(std::cout);
        return 0;
    }
    const Command* command = find_command(line.operands[0]);
    if (command == nullptr) throw UsageError("there is no command '" + line.operands[0] + "'");
    print_help(std::cout, *command);
    return 0;
}

}  // namespace

extern const Command kHelpCommand;
const Command kHelpCommand = {
    .name = "help",
    .operands = "[COMMAND]",
    .summary = "list the commands, or explain one",
    .notes = "",
    .runs_program = false,
    .usage_status = kExitUsage,
    .add_options = nullptr,
    .run = run,
};

}  // namespace uaio::tools
