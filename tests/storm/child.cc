#include "tests/storm/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/require.h"

namespace uaio::test {
namespace {

// Longer than the alarm's, so that the signal tells which of the two has ended the child.
constexpr int kPatienceMs = (static_cast<int>(kChildSeconds) + 5) * 1000;

}  // namespace

void be_child(const std::function<int()>& body) {
    // The test framework has handlers for these, which would go on with the parent's cases.
    for (int number : {SIGABRT, SIGALRM, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
        signal(number, SIG_DFL);
    }
    rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    alarm(kChildSeconds);
    _exit(body());
}

int start_child(const std::function<int()>& body) {
    pid_t child = fork();
    if (child == 0) {
        be_child(body);
    }
    require(child > 0, "fork");
    return child;
}

// A child whose threads all block SIGALRM cannot end itself. Valgrind has no pidfd_open;
// there the child is waited for without end.
int wait_for_child(int child) {
    pollfd ended = {static_cast<int>(syscall(SYS_pidfd_open, child, 0)), POLLIN, 0};
    require(ended.fd >= 0 || errno == ENOSYS, "open a child");
    if (ended.fd >= 0) {
        int answer;
        while ((answer = poll(&ended, 1, kPatienceMs)) < 0 && errno == EINTR) {
        }
        close(ended.fd);
        if (answer == 0) {
            kill(child, SIGKILL);
        }
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        require(errno == EINTR, "wait for a child");
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : kKilled + WTERMSIG(status);
}

int run_child(const std::function<int()>& body) {
    return wait_for_child(start_child(body));
}

}  // namespace uaio::test
