// uaio: one program for everything that a person does with the library, as subcommands.
//
//     uaio COMMAND [OPTIONS] [OPERANDS]
//
// Exit status: 0; 1 where a command could not do its work; 2 for a command line that makes no
// sense; `run` has its own (see run.cc). What goes wrong is one line on standard error.
#include <errno.h>

#include <cstring>
#include <iostream>
#include <string>

#include "aio/version.h"
#include "tools/uaio/command.h"
#include "tools/uaio/failure.h"

namespace uaio::tools {
namespace {

int unknown(const std::string& word) {
    bool option = word[0] == '-';
    std::cerr << "uaio: there is no " << (option ? "option" : "command") << " '" << word
              << "'; 'uaio help' lists the commands\n";
    return kExitUsage;
}

int dispatch(const Words& words) {
    if (words.empty()) {
        print_overview(std::cerr);
        return kExitUsage;
    }
    if (words[0] == "--version") {
        std::cout << "uaio " << UAIO_VERSION_STRING << '\n';
        return 0;
    }
    std::string name = words[0] == "--help" || words[0] == "-h" ? "help" : words[0];
    const Command* command = find_command(name);
    if (command == nullptr) return unknown(name.empty() ? "''" : name);
    return run_command(*command, Words(words.begin() + 1, words.end()));
}

// A full disk or a closed pipe must not pass for success.
int check_output(int status) {
    errno = 0;
    if (std::cout.flush()) return status;
    // Where an earlier write has failed, nobody knows why.
    std::string reason = errno == 0 ? "" : std::string(": ") + std::strerror(errno);
    std::cerr << "uaio: cannot write the output" << reason << '\n';
    return status == 0 ? kExitFailure : status;
}

}  // namespace
}  // namespace uaio::tools

int main(int argc, char** argv) {
    using namespace uaio::tools;
    Words words(argv + (argc > 0 ? 1 : 0), argv + argc);
    return check_output(dispatch(words));
}
