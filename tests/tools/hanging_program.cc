#include "tests/tools/hanging_program.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/gate.h"
#include "tests/support/request.h"
#include "tests/support/require.h"

namespace uaio::test {
namespace {

[[noreturn]] void hang(const std::string& stats, int ready) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, HangingProgram::kName);
    if (stats.empty()) {
        unsetenv("UAIO_STATS");
    } else {
        setenv("UAIO_STATS", stats.c_str(), 1);
    }
    setenv("UAIO_IDLE_MS", "3600000", 1);  // its worker stays
    Request first(-1, HangingProgram::kBytes);
    Request second(-1, 2 * HangingProgram::kBytes);
    ReadGate gate;
    first.block().aio_fildes = second.block().aio_fildes = gate.fd();
    bool submitted = first.read() == 0 && second.read() == 0;
    if (!submitted || write(ready, "r", 1) != 1) _exit(1);
    for (;;) pause();
}

}  // namespace

HangingProgram::HangingProgram(const std::string& stats) {
    int ready[2];
    require(pipe(ready) == 0, "pipe");
    pid_ = fork();
    require(pid_ >= 0, "fork");
    if (pid_ == 0) hang(stats, ready[1]);
    close(ready[1]);
    char word;
    bool submitted = read(ready[0], &word, 1) == 1;
    close(ready[0]);
    require(submitted, "submit reads that hang");
}

HangingProgram::~HangingProgram() {
    end();
    waitpid(pid_, nullptr, 0);
}

void HangingProgram::end() {
    kill(pid_, SIGKILL);
}

}  // namespace uaio::test
