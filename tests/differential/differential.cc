// Runs every program of the table twice, on the system's AIO and on uaio, and prints what came of
// it side by side. The status is 1 if one of them is not right on uaio; what the system does is
// printed and nothing more, so that a system that gets better breaks nothing.
//
//     differential [--uaio] [--markdown] [NAME…]    runs the rows whose program begins with NAME
//     differential --rows                           what a document has to say of each row
//
// --uaio leaves the system out. So does a build with a sanitizer, which is about our code. The
// programs and the preload library are looked for beside this one, where Bazel puts them.
#include <gnu/libc-version.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/differential/child.h"
#include "tests/differential/table.h"

using namespace differential;

namespace {

// A program that hangs on the system is one of many; one that hangs on uaio is a failure, and the
// machine may be slow.
constexpr int kSystemLimitSeconds = 3;
constexpr int kUaioLimitSeconds = 120;

// Most of the time is spent waiting for programs that hang.
constexpr size_t kRunsAtOnce = 4;

struct Choice {
    bool system = true;
    bool markdown = false;
    bool rows = false;
    std::vector<std::string> names;
};

struct Row {
    const Case* of;
    std::optional<Ending> system;
    Ending uaio;
};

// A sanitizer's runtime insists on being the first library of a process.
std::string sanitizer_runtimes() {
    std::string runtimes;
    auto note = [](dl_phdr_info* library, size_t, void* text) {
        std::string_view name = library->dlpi_name;
        for (const char* runtime : {"/libasan.so", "/libtsan.so", "/libubsan.so"}) {
            if (name.find(runtime) == std::string_view::npos) continue;
            static_cast<std::string*>(text)->append(name).append(":");
        }
        return 0;
    };
    dl_iterate_phdr(note, &runtimes);
    return runtimes;
}

// The thread sanitizer ends a child of a process with threads that makes threads of its own, unless
// told not to, and misses in it the parent's threads, which nobody can join there.
std::string thread_sanitizer_options() {
    const char* options = getenv("TSAN_OPTIONS");
    return std::string("TSAN_OPTIONS=die_after_fork=0:report_thread_leaks=0:") +
           (options != nullptr ? options : "");
}

class Runner {
  public:
    explicit Runner(const char* self)
        : folder_(std::filesystem::path(self).parent_path()), runtimes_(sanitizer_runtimes()) {}

    bool is_instrumented() const { return !runtimes_.empty(); }

    Ending on_system(const Case& of) const {
        return run(command(of), settings(of), kSystemLimitSeconds);
    }

    Ending on_uaio(const Case& of) const {
        std::vector<std::string> with = settings(of);
        std::filesystem::path library = folder_ / "../../aio/posix/libuaio_preload.so";
        with.push_back("LD_PRELOAD=" + runtimes_ + std::filesystem::absolute(library).string());
        with.push_back(thread_sanitizer_options());
        Ending ending = run(command(of), with, kUaioLimitSeconds);
        if (ending.errors.find("cannot be preloaded") != std::string::npos) {
            ending.kind = Ending::Kind::kBroken;
            ending.line = "the preload library is missing";
        }
        return ending;
    }

  private:
    std::vector<std::string> command(const Case& of) const {
        std::vector<std::string> words = {(folder_ / of.program).string()};
        if (*of.argument != '\0') words.emplace_back(of.argument);
        return words;
    }

    static std::vector<std::string> settings(const Case& of) {
        if (*of.environment == '\0') return {};
        return {of.environment};
    }

    std::filesystem::path folder_;
    std::string runtimes_;
};

std::vector<Row> chosen_rows(const Choice& choice) {
    auto begins = [](const Case& of) {
        return [&of](const std::string& name) {
            return std::string_view(of.program).starts_with(name);
        };
    };
    std::vector<Row> rows;
    for (const Case& of : cases()) {
        if (choice.names.empty() ||
            std::any_of(choice.names.begin(), choice.names.end(), begins(of))) {
            rows.push_back({&of, {}, {}});
        }
    }
    return rows;
}

// Runs the rows that may run beside others, or those that may not.
void run_rows(std::vector<Row>& rows, const Runner& runner, bool system, bool alone) {
    std::atomic<size_t> next{0};
    auto work = [&] {
        for (size_t i; (i = next.fetch_add(1)) < rows.size() * 2;) {
            Row& row = rows[i / 2];
            if (row.of->alone != alone) continue;
            if (i % 2 == 0) {
                row.uaio = runner.on_uaio(*row.of);
            } else if (system) {
                row.system = runner.on_system(*row.of);
            }
        }
    };
    std::vector<std::jthread> threads;
    size_t at_once = alone ? 1 : kRunsAtOnce;
    while (threads.size() < at_once) threads.emplace_back(work);
}

// The first cells of a row of a document: they follow from the table alone.
void print_fixed_cells(const Case& of) {
    printf("| %s | %s | %s | ", of.id, of.clause, of.posix);
}

std::string test_of(const Case& of) {
    std::string test = of.program;
    if (*of.argument != '\0') test += std::string(" ") + of.argument;
    if (*of.environment != '\0') test = std::string(of.environment) + " " + test;
    return "`" + test + "`";
}

// A measurement is left out: a document is no place for one.
std::string cell_of(const Case& of, const Ending& ending) {
    std::string text = of.alone && ending.passes() ? "measured" : describe(ending);
    std::replace(text.begin(), text.end(), '|', '/');
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

void print_markdown(const std::vector<Row>& rows) {
    printf("| clause | what | POSIX.1-2024 | glibc %s | uaio | test |\n", gnu_get_libc_version());
    printf("| --- | --- | --- | --- | --- | --- |\n");
    for (const Row& row : rows) {
        print_fixed_cells(*row.of);
        printf("%s | %s | %s |\n", row.system ? cell_of(*row.of, *row.system).c_str() : "not run",
               cell_of(*row.of, row.uaio).c_str(), test_of(*row.of).c_str());
    }
}

void print_report(const std::vector<Row>& rows) {
    int width = 0;
    for (const Row& row : rows) {
        width = std::max(width, static_cast<int>(strlen(row.of->clause)));
    }
    for (const Row& row : rows) {
        printf("%-4s %-*s  %s\n", row.of->id, width, row.of->clause, test_of(*row.of).c_str());
        if (row.system) printf("       system: %s\n", describe(*row.system).c_str());
        printf("       uaio:   %s\n", describe(row.uaio).c_str());
        if (!row.uaio.passes()) printf("%s", row.uaio.errors.c_str());
    }
}

void print_sums(const std::vector<Row>& rows) {
    long right = 0;
    long skipped = 0;
    long system_right = 0;
    for (const Row& row : rows) {
        right += row.uaio.kind == Ending::Kind::kRight;
        skipped += row.uaio.kind == Ending::Kind::kSkipped;
        system_right += row.system && row.system->kind == Ending::Kind::kRight;
    }
    printf("uaio: %ld of %zu ok", right, rows.size());
    if (skipped != 0) printf(", %ld skipped", skipped);
    if (!rows.empty() && rows.front().system) {
        printf("; system (glibc %s): %ld ok", gnu_get_libc_version(), system_right);
    }
    printf("\n");
}

Choice choice_of(int count, char** arguments) {
    Choice choice;
    for (int i = 1; i < count; ++i) {
        std::string_view word = arguments[i];
        if (word == "--uaio") {
            choice.system = false;
        } else if (word == "--markdown") {
            choice.markdown = true;
        } else if (word == "--rows") {
            choice.rows = true;
        } else {
            choice.names.emplace_back(word);
        }
    }
    return choice;
}

}  // namespace

int main(int count, char** arguments) {
    Choice choice = choice_of(count, arguments);
    std::vector<Row> rows = chosen_rows(choice);
    if (choice.rows) {
        for (const Row& row : rows) {
            print_fixed_cells(*row.of);
            printf("%s |\n", test_of(*row.of).c_str());
        }
        return 0;
    }
    Runner runner(arguments[0]);
    bool system = choice.system && !runner.is_instrumented();
    for (bool alone : {false, true}) run_rows(rows, runner, system, alone);
    choice.markdown ? print_markdown(rows) : print_report(rows);
    if (!choice.markdown) print_sums(rows);
    bool passed =
        std::all_of(rows.begin(), rows.end(), [](const Row& row) { return row.uaio.passes(); });
    return passed && !rows.empty() ? 0 : 1;
}
