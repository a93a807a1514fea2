// An exception that leaves the function of SIGEV_THREAD ends the program, as one that leaves the
// function of any thread does.
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "tests/differential/callback.h"
#include "tests/differential/case.h"

using namespace differential;

namespace {

[[noreturn]] void throw_from_call() {
    ensure(freopen("/dev/null", "w", stderr) != nullptr, "silence the complaint");
    int file = scratch_file("x");
    char byte = 0;
    aiocb read = read_with_call(
        file, &byte, [](sigval) { throw std::runtime_error("thrown in a callback"); }, nullptr);
    begin_read(read);
    for (;;) pause();
}

}  // namespace

int main() {
    pid_t child = fork();
    ensure(child >= 0, "fork");
    if (child == 0) throw_from_call();
    int status;
    ensure(waitpid(child, &status, 0) == child, "wait for a child");
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT) wrong("status %#x", status);
    return 0;
}
