// `uaio top`: what a process does with its asynchronous I/O, again and again.
#include <poll.h>

#include <algorithm>
#include <iostream>
#include <optional>
#include <utility>

#include "threadpool/base/clock.h"
#include "tools/uaio/command.h"
#include "tools/uaio/failure.h"
#include "tools/uaio/live.h"
#include "tools/uaio/live_text.h"
#include "tools/uaio/screen.h"

namespace uaio::tools {
namespace {

namespace po = boost::program_options;

constexpr double kSecondsMin = 0.1;  // more often than anybody reads
constexpr double kSecondsMax = 86400;

void add_options(OptionTable& options) {
    options.add_options()("interval", po::value<double>()->default_value(1, "1")->value_name("S"),
                          "seconds from one look to the next");
    options.add_options()("once", "look twice, print one page of text, and end");
    options.add_options()("json", "the same as a JSON object");
}

int64_t interval_of(const CommandLine& line) {
    double seconds = line.options["interval"].as<double>();
    if (!(seconds >= kSecondsMin && seconds <= kSecondsMax)) {
        throw UsageError("--interval: expected seconds, 0.1 to 86400");
    }
    return static_cast<int64_t>(seconds * kNsPerSecond);
}

Failure ended(const Process& process) {
    return Failure(kExitFailure, process.title() + ", has ended");
}

// Throws if the process ends meanwhile.
void wait(const Process& process, int64_t interval_ns) {
    int64_t until = now_ns() + interval_ns;
    for (;;) {
        int64_t left = std::max(until - now_ns(), int64_t{0});
        timespec timeout = {left / kNsPerSecond, left % kNsPerSecond};
        pollfd end = {process.end_fd(), POLLIN, 0};
        int ready = ppoll(&end, 1, &timeout, nullptr);
        if (ready > 0) throw ended(process);
        if (ready == 0) return;
    }
}

void print_once(const Process& process, int64_t interval_ns, bool as_json) {
    Live before = look_at(process);
    wait(process, interval_ns);
    Live now = look_at(process);
    if (as_json) {
        print_json(std::cout, top_report(process, before, now));
        return;
    }
    for (const std::string& line : top_lines(process.title(), &before, now)) {
        std::cout << line << '\n';
    }
}

void show(const Process& process, int64_t interval_ns) {
    Live now = look_at(process);  // what is refused is refused before the terminal changes
    std::optional<Live> before;
    Screen screen;
    for (;;) {
        int64_t next = now.time_ns + interval_ns;
        Screen::Event event = Screen::Event::kResized;
        while (event == Screen::Event::kResized) {
            screen.draw(top_lines(process.title(), before ? &*before : nullptr, now));
            event = screen.wait(next, process.end_fd());
        }
        if (event == Screen::Event::kQuit) return;
        if (event == Screen::Event::kReady) throw ended(process);
        before = std::exchange(now, look_at(process));
    }
}

int run(const CommandLine& line) {
    if (line.operands.size() != 1) throw UsageError("which process? One number or name");
    bool as_json = line.options.count("json") != 0;
    int64_t interval_ns = interval_of(line);
    Process process = find_live_process(line.operands[0]);
    if (as_json || line.options.count("once") != 0) {
        print_once(process, interval_ns, as_json);
    } else {
        show(process, interval_ns);
    }
    return 0;
}

}  // namespace

extern const Command kTopCommand;
const Command kTopCommand = {
    .name = "top",
    .operands = "PID|NAME",
    .summary = "watch what a process under `uaio run --stats` does: rates, queue, workers",
    .notes =
        "The process must have been started under `uaio run --stats`, or with UAIO_STATS, and\n"
        "have used asynchronous I/O. It is not stopped. NAME is that of its program.\n"
        "\n"
        "The key q ends it. Requests and workers are read from the memory of the process, as a\n"
        "debugger does: where the system forbids that, there are the counters alone.\n",
    .runs_program = false,
    .usage_status = kExitUsage,
    .add_options = add_options,
    .run = run,
};

}  // namespace uaio::tools
