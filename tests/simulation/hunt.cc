#include "tests/simulation/hunt.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/simulation/scenario.h"
#include "tests/simulation/world.h"
#include "tests/support/require.h"

namespace uaio::sim {
namespace {

// A schedule without end that comes to no point at which its steps are counted.
constexpr unsigned kHangSeconds = 60;

void map_black_box() {
    if (black_box == nullptr) {
        void* pages = mmap(nullptr, sizeof(BlackBox), PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        test::require(pages != MAP_FAILED, "map the black box");
        black_box = static_cast<BlackBox*>(pages);
    }
    memset(black_box, 0, offsetof(BlackBox, walk));
}

// Each schedule has a process of its own: it begins with nothing left of the one before, and may
// end in any way.
int run_alone(uint64_t seed, Detail detail) {
    pid_t child = fork();
    if (child == 0) {
        for (int number : {SIGABRT, SIGALRM, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
            signal(number, SIG_DFL);
        }
        alarm(kHangSeconds);
        run_schedule(seed, detail);
        _exit(0);
    }
    int status = 0;
    test::require(child > 0 && waitpid(child, &status, 0) == child, "run a schedule");
    return status;
}

std::string recorded_walk() {
    std::string walk;
    uint64_t lines = black_box->lines;
    uint64_t first = lines > BlackBox::kLines ? lines - BlackBox::kLines : 0;
    for (uint64_t line = first; line < lines; ++line) {
        walk += black_box->walk[line % BlackBox::kLines];
        walk += '\n';
    }
    return walk;
}

std::string failure_of(int status) {
    if (black_box->failure[0] != '\0') {
        return black_box->failure;
    }
    return WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "ended for no known reason";
}

}  // namespace

Hunt hunt(uint64_t first, uint64_t count, Walk walk) {
    Hunt result;
    map_black_box();
    fflush(nullptr);
    int status = 0;
    for (result.seed = first; status == 0 && result.seed < first + count; ++result.seed) {
        status = run_alone(result.seed, Detail::kNothing);
    }
    --result.seed;
    result.schedules = black_box->schedules;
    result.steps = black_box->steps;
    result.requests = black_box->requests;
    result.found = status != 0;
    if (result.found || walk != Walk::kOfFailure) {
        status = run_alone(result.seed, walk == Walk::kInSteps ? Detail::kSteps : Detail::kEvents);
        result.failure = status != 0 ? failure_of(status) : "gone when the schedule was run again";
        result.walk = recorded_walk();
    }
    return result;
}

}  // namespace uaio::sim
