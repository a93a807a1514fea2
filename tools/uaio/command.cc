#include "tools/uaio/command.h"

#include <iomanip>
#include <iostream>

#include "tools/uaio/failure.h"

namespace uaio::tools {
namespace {

constexpr unsigned kLineColumns = 96;
constexpr int kNameColumns = 10;

OptionTable options_of(const Command& command) {
    OptionTable options("Options", kLineColumns);
    if (command.add_options != nullptr) command.add_options(options);
    options.add_options()("help,h", "print this text");
    return options;
}

void complain(const Command& command, const char* what) {
    std::cerr << "uaio: " << command.name << ": " << what << '\n';
}

int parse_and_run(const Command& command, const Words& words) {
    CommandLine line = parse(options_of(command), words, command.runs_program);
    if (line.options.count("help") == 0) return command.run(line);
    print_help(std::cout, command);
    return 0;
}

}  // namespace

const Command* find_command(const std::string& name) {
    for (const Command* command : commands()) {
        if (name == command->name) return command;
    }
    return nullptr;
}

void print_overview(std::ostream& out) {
    out << "usage: uaio COMMAND [ARGUMENTS…]\n       uaio --version\n\nCommands:\n";
    for (const Command* command : commands()) {
        out << "  " << std::left << std::setw(kNameColumns) << command->name << command->summary
            << '\n';
    }
    out << "\n'uaio help COMMAND' and 'uaio COMMAND --help' say more.\n";
}

void print_help(std::ostream& out, const Command& command) {
    out << "usage: uaio " << command.name << " [OPTIONS] " << command.operands << "\n\nuaio "
        << command.name << ": " << command.summary << ".\n\n"
        << options_of(command) << '\n'
        << command.notes;
}

int run_command(const Command& command, const Words& words) {
    try {
        return parse_and_run(command, words);
    } catch (const UsageError& error) {
        complain(command, error.what());
        std::cerr << "Try 'uaio " << command.name << " --help'.\n";
        return command.usage_status;
    } catch (const Failure& failure) {
        complain(command, failure.what());
        return failure.status();
    } catch (const std::exception& error) {
        complain(command, error.what());
        return command.runs_program ? kExitRunFailure : kExitFailure;
    }
}

}  // namespace uaio::tools
