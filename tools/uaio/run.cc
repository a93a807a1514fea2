// `uaio run`: a program on uaio's asynchronous I/O, without being changed or linked again.
//
// Without --stats this process becomes the program (execve); with it, this process stays as the
// parent (supervise.h) and prints the counters that the program left in a file (stats_file.h).
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <iostream>
#include <optional>

#include "tools/uaio/command.h"
#include "tools/uaio/failure.h"
#include "tools/uaio/preload.h"
#include "tools/uaio/program.h"
#include "tools/uaio/run_settings.h"
#include "tools/uaio/stats_file.h"
#include "tools/uaio/stats_table.h"
#include "tools/uaio/supervise.h"
#include "tools/uaio/trace_target.h"

namespace uaio::tools {
namespace {

constexpr size_t kTableColumnsMax = 100;

void set_variable(const std::string& name, const std::string& value) {
    if (setenv(name.c_str(), value.c_str(), 1) != 0) {
        throw system_failure(kExitRunFailure, "cannot set " + name, errno);
    }
}

void prepare_environment(const std::string& library, const std::vector<Setting>& settings) {
    const char* current = getenv("LD_PRELOAD");
    set_variable("LD_PRELOAD", with_preload(library, current != nullptr ? current : ""));
    for (const Setting& setting : settings) set_variable(setting.variable, setting.value);
}

// Returns only where execution fails.
Failure execute(const std::string& path, const Words& words) {
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    // With its slash, execvp searches no PATH; it still runs a script without "#!" by the shell.
    std::string file = path.find('/') == std::string::npos ? "./" + path : path;
    execvp(file.c_str(), arguments.data());
    int status = errno == ENOENT ? kExitNotFound : kExitCannotExecute;
    return system_failure(status, path + ": cannot execute", errno);
}

Doors doors_of(const OptionValues& values) {
    bool posix = values.count("posix") != 0;
    bool libaio = values.count("libaio") != 0;
    return posix == libaio ? Doors::kBoth : posix ? Doors::kPosix : Doors::kLibaio;
}

void add_options(OptionTable& options) {
    options.add_options()("posix", "serve POSIX AIO, <aio.h>");
    options.add_options()(
        "libaio", "serve Linux AIO, <libaio.h> and the system calls below it (default: both)");
    add_setting_options(options);
    options.add_options()("trace", boost::program_options::value<std::string>()->value_name("FILE"),
                          "record every step of every request there, for `uaio trace`");
    options.add_options()("stats", "print counters to standard error when the program has ended");
}

[[noreturn]] void run_with_statistics(const std::string& path, const Words& words) {
    Supervisor supervisor;
    std::optional<StatsFile> file(std::in_place);
    int wait_status = supervisor.run([&] {
        setenv("UAIO_STATS", file->path().c_str(), 1);
        Failure failure = execute(path, words);
        std::cerr << "uaio: run: " << failure.what() << '\n';
        _exit(failure.status());
    });
    std::cerr << format_statistics(file->read(), kTableColumnsMax);
    file.reset();
    end_like(wait_status);
}

int run(const CommandLine& line) {
    if (line.operands.empty()) throw UsageError("which program?");
    std::vector<Setting> settings = settings_of(line.options);
    std::string library = find_preload_library(doors_of(line.options));
    std::string path = find_program(line.operands[0]);
    check_preloadable(path, library);
    if (line.options.count("trace") != 0) {
        settings.push_back({"UAIO_TRACE", trace_target(line.options["trace"].as<std::string>())});
    }
    prepare_environment(library, settings);
    if (line.options.count("stats") != 0) run_with_statistics(path, line.operands);
    throw execute(path, line.operands);
}

}  // namespace

extern const Command kRunCommand;
const Command kRunCommand = {
    .name = "run",
    .operands = "[--] PROGRAM [ARGUMENTS…]",
    .summary = "run a program with its asynchronous I/O (POSIX and Linux AIO) done by uaio",
    .notes =
        "The program must be dynamically linked, and may not be set-user-ID.\n"
        "\n"
        "With --stats, uaio stays as the program's parent: it sends the signals that it gets\n"
        "on to the program, prints the counters of the program and of its children to\n"
        "standard error when the program has ended, and ends as the program did.\n"
        "\n"
        "With --trace, the first process that uses asynchronous I/O records to FILE, which may\n"
        "not exist yet unless it is an older trace, and others to FILE.PID: up to 64 MiB each.\n"
        "`uaio trace FILE` shows it.\n"
        "\n"
        "Exit status: that of the program, or\n"
        "  125  uaio itself failed\n"
        "  126  the program was found, but cannot be executed or cannot be run on uaio\n"
        "  127  the program was not found\n"
        "\n"
        "UAIO_PRELOAD_LIBRARY in the environment names another preload library than the one\n"
        "that belongs to this uaio.\n",
    .runs_program = true,
    .usage_status = kExitRunFailure,
    .add_options = add_options,
    .run = run,
};

}  // namespace uaio::tools
