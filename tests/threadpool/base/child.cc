#include "tests/threadpool/base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/require.h"
#include "tests/support/scratch_file.h"

namespace uaio::test {

ChildEnd run_in_child(const std::function<void()>& body) {
    ScratchFile errors({}, O_APPEND);
    pid_t child = fork();
    require(child >= 0, "fork");
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);  // Boost.Test has a handler for it
        rlimit no_core = {0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        dup2(errors.fd(), STDERR_FILENO);
        body();
        _exit(0);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        require(errno == EINTR, "wait for a child");
    }
    return {status, errors.contents()};
}

bool aborted(const ChildEnd& end) {
    return WIFSIGNALED(end.status) && WTERMSIG(end.status) == SIGABRT;
}

}  // namespace uaio::test
