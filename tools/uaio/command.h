// What a subcommand of `uaio` is. Each is one object, defined in a file named after it and listed
// once, in commands.cc; the command line, `--help` and failures are dealt with here for all.
#pragma once

#include <ostream>
#include <span>
#include <string>

#include "tools/uaio/arguments.h"

namespace uaio::tools {

struct Command {
    const char* name;
    const char* operands;  // as shown after the name: "[PATH]"
    const char* summary;   // one line, small letters, no full stop
    const char* notes;     // further paragraphs of the help
    bool runs_program;     // options end at the first operand
    int usage_status;      // exit status for a command line that makes no sense

    void (*add_options)(OptionTable& options);  // null: none but --help
    int (*run)(const CommandLine& line);        // the exit status; may throw Failure and UsageError
};

// All commands, in the order in which `help` shows them.
std::span<const Command* const> commands();

// Null where there is no such command.
const Command* find_command(const std::string& name);

// The list of commands; the whole help of one.
void print_overview(std::ostream& out);
void print_help(std::ostream& out, const Command& command);

// Parses `words` (what follows the command's name) and runs the command, or prints its help.
// Failures are printed to standard error; returns the exit status.
int run_command(const Command& command, const Words& words);

}  // namespace uaio::tools
