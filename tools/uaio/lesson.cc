// `uaio lesson`: small programs on the real engine, whose requests walk through a table.
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iomanip>
#include <iostream>

#include "tools/lesson/lesson.h"
#include "tools/lesson/picture.h"
#include "tools/lesson/play.h"
#include "tools/lesson/table.h"
#include "tools/lesson/walk.h"
#include "tools/uaio/command.h"
#include "tools/uaio/failure.h"

namespace uaio::tools {
namespace {

namespace po = boost::program_options;

using lesson::Lesson;
using lesson::Order;
using lesson::Walk;

constexpr int kNameColumns = 12;

void add_options(OptionTable& options) {
    options.add_options()("step", "wait for Enter after each line (q: end)");
    options.add_options()("plain", "no bold letters, even on a terminal");
    options.add_options()("svg", po::value<std::string>()->value_name("FILE"),
                          "draw the walk to FILE instead, without times");
}

// How the table is shown.
class Show {
  public:
    explicit Show(const OptionValues& options)
        : terminal_(isatty(STDOUT_FILENO) != 0 && options.count("plain") == 0 && !dumb()),
          steps_(options.count("step") != 0) {
        if (steps_ && isatty(STDIN_FILENO) == 0) {
            throw Failure(kExitFailure, "--step needs a terminal to wait for Enter on");
        }
    }

    bool bold() const { return terminal_; }
    bool steps() const { return steps_; }

    // False if that is enough. The line that Enter has made is taken back.
    bool go_on() const {
        if (!steps_) return true;
        std::cout.flush();
        std::string line;
        if (!std::getline(std::cin, line) || line.starts_with("q")) return false;
        if (terminal_) std::cout << "\033[A";
        return true;
    }

  private:
    // Who does not want colours does not want bold letters either (no-color.org).
    static bool dumb() {
        const char* terminal = getenv("TERM");
        const char* no_colour = getenv("NO_COLOR");
        return terminal == nullptr || std::strcmp(terminal, "dumb") == 0 ||
               (no_colour != nullptr && *no_colour != '\0');
    }

    bool terminal_;
    bool steps_;
};

void print_list() {
    for (const Lesson* lesson : lesson::lessons()) {
        std::cout << std::left << std::setw(kNameColumns) << lesson->name << lesson->title << '\n';
    }
}

const Lesson& lesson_of(const std::string& name) {
    if (const Lesson* lesson = lesson::find_lesson(name)) return *lesson;
    std::string names;
    for (const Lesson* lesson : lesson::lessons()) {
        names += std::string(names.empty() ? "" : ", ") + lesson->name;
    }
    throw Failure(kExitUsage, "there is no lesson '" + name + "', but " + names);
}

const char* title_of(Order order) {
    return order == Order::kConflict ? "Ours (conflict)" : "glibc's rule (strict)";
}

std::vector<Walk> walks_of(const Lesson& lesson, Order order) {
    std::vector<Walk> walks;
    for (const lesson::Recording& recording : play(lesson, order)) {
        walks.push_back(make_walk(recording));
    }
    return walks;
}

// The process of the lesson, then its child. False if that is enough.
bool print_walks(const std::vector<Walk>& walks, Order order, const Show& show) {
    for (size_t i = 0; i < walks.size(); ++i) {
        std::cout << '\n' << title_of(order) << (i == 0 ? "" : ", in the child") << '\n';
        if (!print_table(std::cout, walks[i], show.bold(), [&] { return show.go_on(); })) {
            return false;
        }
    }
    return true;
}

void print_lesson(const Lesson& lesson, const std::vector<Walk>& ours,
                  const std::vector<Walk>& strict, const Show& show) {
    std::cout << lesson.title << "\n\n" << lesson.story;
    if (show.steps()) std::cout << "\nEnter goes on, q and Enter end.\n";
    if (!print_walks(ours, Order::kConflict, show)) return;
    if (!print_walks(strict, Order::kStrict, show)) return;
    std::cout << '\n';
    if (ours.size() == 1) {
        lesson::print_comparison(std::cout, ours[0], strict[0]);
        std::cout << '\n';
    }
    std::cout << lesson.seen;
}

void draw_to(const std::string& path, const Lesson& lesson, const Walk& ours, const Walk& strict) {
    errno = 0;
    std::ofstream out(path);
    if (out) {
        lesson::print_picture(
            out, lesson.title,
            {{title_of(Order::kConflict), &ours}, {title_of(Order::kStrict), &strict}});
    }
    out.close();
    if (!out) throw system_failure(kExitFailure, path, errno != 0 ? errno : EIO);
}

int run(const CommandLine& line) {
    if (line.operands.size() > 1) throw UsageError("one lesson at a time");
    bool draws = line.options.count("svg") != 0;
    if (draws && line.options.count("step") != 0) throw UsageError("--svg goes not with --step");
    if (line.operands.empty()) {
        if (draws || line.options.count("step") != 0) throw UsageError("which lesson?");
        print_list();
        return 0;
    }
    const Lesson& lesson = lesson_of(line.operands[0]);
    Show show(line.options);
    std::vector<Walk> ours = walks_of(lesson, Order::kConflict);
    std::vector<Walk> strict = walks_of(lesson, Order::kStrict);
    if (draws) {
        draw_to(line.options["svg"].as<std::string>(), lesson, ours.front(), strict.front());
    } else {
        print_lesson(lesson, ours, strict, show);
    }
    return 0;
}

}  // namespace

extern const Command kLessonCommand;
const Command kLessonCommand = {
    .name = "lesson",
    .operands = "[NAME]",
    .summary = "show how requests walk through the library, for students",
    .notes =
        "Without NAME, lists the lessons. With one, runs a small program on the real library,\n"
        "once by our order (conflict) and once by glibc's rule (strict), and prints what was\n"
        "recorded: a line for each step, a column for each room that a request walks\n"
        "through, and who is in it. It ends with what was to be seen, and why.\n"
        "\n"
        "The chapter that goes with it is docs/how-librt-does-aio.md.\n",
    .runs_program = false,
    .usage_status = kExitUsage,
    .add_options = add_options,
    .run = run,
};

}  // namespace uaio::tools
