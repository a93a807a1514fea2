#include "tools/uaio/supervise.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/uaio/failure.h"
#include "tools/uaio/signals.h"

namespace uaio::tools {
namespace {

constexpr int kExitOfSignal = 128;  // what shells add to the number of a signal

bool sent_by_process(const siginfo_t& info) {
    return info.si_code <= 0;  // SI_USER, SI_QUEUE, SI_TKILL
}

bool is_terminal_stop(int signal) {
    return signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

sigset_t every_signal() {
    sigset_t set;
    sigfillset(&set);
    return set;
}

bool is_pending(int number) {
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, number) != 0;
}

}  // namespace

bool passes_on(const siginfo_t& info, pid_t sender_group, const Standing& standing) {
    if (info.si_signo == SIGCHLD) return false;
    if (!sent_by_process(info)) {
        // An alarm set before execution outlives it, but no fork. Everything else that the kernel
        // sends concerns this process alone or went to the whole group.
        if (info.si_signo == SIGALRM) return true;
        return standing.leads_session && (info.si_signo == SIGHUP || info.si_signo == SIGCONT);
    }
    if (info.si_pid != 0 && info.si_pid == standing.program) return false;
    // The leader of a group is alone in it with its descendants and the rest of a pipeline. What
    // one of these sends is meant for the group, where the program is too.
    return standing.aside || sender_group != standing.group;
}

Supervisor::Supervisor() {
    // SIGCHLD may be inherited as ignored, and then there would be nothing to wait for.
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    sigaction(SIGCHLD, &standard, &child_action_before_);
    sigset_t all = every_signal();
    sigprocmask(SIG_SETMASK, &all, &mask_before_);
}

Supervisor::~Supervisor() {
    sigaction(SIGCHLD, &child_action_before_, nullptr);
    sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
}

int Supervisor::run(const std::function<void()>& become_program) {
    pid_t self = getpid();
    standing_.group = getpgrp();
    standing_.leads_session = getsid(0) == self;
    standing_.program = fork();
    if (standing_.program < 0) throw system_failure(kExitRunFailure, "cannot fork", errno);
    if (standing_.program == 0) {
        enter_child(self);
        become_program();
        _exit(kExitRunFailure);
    }
    standing_.aside = standing_.group != self && setpgid(0, 0) == 0;
    return wait_for_end();
}

void Supervisor::enter_child(pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(kExitRunFailure);  // it was killed before the line above
    sigaction(SIGCHLD, &child_action_before_, nullptr);
    sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
}

int Supervisor::wait_for_end() {
    sigset_t all = every_signal();
    for (;;) {
        siginfo_t info;
        // Fails with EINTR when this process was stopped and continued meanwhile.
        if (sigwaitinfo(&all, &info) < 0) continue;
        if (info.si_signo != SIGCHLD) {
            send_on(info);
            continue;
        }
        int status;
        if (waitpid(standing_.program, &status, WNOHANG | WUNTRACED) != standing_.program) continue;
        if (!WIFSTOPPED(status)) return status;
        if (is_terminal_stop(WSTOPSIG(status))) stop_with_program();
    }
}

// A SIGCONT for the group that is already here would be lost by stopping now. The one that ends a
// stop stays here too, or a later signal to stop, which takes its place. So with neither there was
// no stop: the group is orphaned. The system would not have stopped the program there but for this
// process, its parent, in another group; so it stays in this one.
void Supervisor::stop_with_program() {
    if (standing_.aside && setpgid(0, standing_.group) != 0) return;
    if (!is_pending(SIGCONT)) stop_by_terminal();
    if (!is_pending(SIGCONT) && !is_pending(SIGTSTP) && !is_pending(SIGTTIN) &&
        !is_pending(SIGTTOU)) {
        standing_.aside = false;
        kill(-standing_.group, SIGCONT);
    }
    if (standing_.aside) setpgid(0, 0);
}

// Whether the program has been continued since it was last asked. To continue it again, for a
// SIGCONT that went to the whole group, could undo a stop that came between.
bool Supervisor::has_continued() const {
    siginfo_t info = {};
    waitid(P_PID, static_cast<id_t>(standing_.program), &info, WCONTINUED | WNOHANG);
    return info.si_pid != 0;
}

void Supervisor::send_on(const siginfo_t& info) {
    pid_t sender_group = info.si_pid > 0 ? getpgid(info.si_pid) : -1;
    if (!passes_on(info, sender_group, standing_)) return;
    if (info.si_signo == SIGCONT && has_continued()) return;
    // Until waitpid has seen its end, the program's number cannot be given to another process.
    if (info.si_code == SI_QUEUE) {
        sigqueue(standing_.program, info.si_signo, info.si_value);
    } else {
        kill(standing_.program, info.si_signo);
    }
}

void end_like(int wait_status) {
    if (WIFEXITED(wait_status)) _exit(WEXITSTATUS(wait_status));
    int signal = WTERMSIG(wait_status);
    prctl(PR_SET_DUMPABLE, 0);
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    sigaction(signal, &standard, nullptr);
    raise(signal);
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, signal);
    sigprocmask(SIG_UNBLOCK, &only, nullptr);
    _exit(kExitOfSignal + signal);
}

}  // namespace uaio::tools
