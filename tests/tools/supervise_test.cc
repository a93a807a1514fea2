// The parent that is little noticed. Goal: signals, stops and ends pass through unchanged.
// Method: the rule of what is sent on, as a table; then real processes (supervised.h). Stops are in
// supervise_stop_test.cc.
#define BOOST_TEST_MODULE supervise
#include "tools/uaio/supervise.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "tests/support/signals.h"
#include "tests/tools/supervised.h"

namespace uaio::tools {
namespace {

constexpr pid_t kProgram = 100;
constexpr pid_t kGroup = 50;
constexpr pid_t kShell = 20;  // some process elsewhere
constexpr pid_t kShellGroup = 20;

siginfo_t signal_from(int number, int code, pid_t sender) {
    siginfo_t info = {};
    info.si_signo = number;
    info.si_code = code;
    info.si_pid = sender;
    return info;
}

BOOST_AUTO_TEST_CASE(what_processes_send_is_sent_on_once) {
    Standing leader{kProgram, kGroup, false, false};
    Standing aside{kProgram, kGroup, true, false};
    for (int code : {SI_USER, SI_QUEUE, SI_TKILL}) {
        siginfo_t from_shell = signal_from(SIGTERM, code, kShell);
        BOOST_TEST(passes_on(from_shell, kShellGroup, leader));
        BOOST_TEST(passes_on(from_shell, kShellGroup, aside));
        siginfo_t from_program = signal_from(SIGTERM, code, kProgram);
        BOOST_TEST(!passes_on(from_program, kGroup, leader));
        BOOST_TEST(!passes_on(from_program, kGroup, aside));
        siginfo_t from_member = signal_from(SIGTERM, code, kShell);
        BOOST_TEST(!passes_on(from_member, kGroup, leader));
        BOOST_TEST(passes_on(from_member, kGroup, aside));
        siginfo_t from_outside = signal_from(SIGTERM, code, 0);  // another pid namespace
        BOOST_TEST(passes_on(from_outside, -1, leader));
    }
}

BOOST_AUTO_TEST_CASE(the_terminals_signals_are_not_doubled) {
    Standing leader{kProgram, kGroup, false, false};
    Standing session{kProgram, kGroup, false, true};
    for (int number : {SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH}) {
        BOOST_TEST(!passes_on(signal_from(number, SI_KERNEL, 0), -1, leader));
        BOOST_TEST(!passes_on(signal_from(number, SI_KERNEL, 0), -1, session));
    }
    BOOST_TEST(!passes_on(signal_from(SIGHUP, SI_KERNEL, 0), -1, leader));
    BOOST_TEST(passes_on(signal_from(SIGHUP, SI_KERNEL, 0), -1, session));
    BOOST_TEST(passes_on(signal_from(SIGALRM, SI_KERNEL, 0), -1, leader));
    BOOST_TEST(!passes_on(signal_from(SIGCHLD, CLD_EXITED, kProgram), kGroup, leader));
}

BOOST_FIXTURE_TEST_CASE(every_exit_code_is_passed_through, Shell) {
    start([](Pipe&) { _exit(200); });
    int status = wait();
    BOOST_TEST(WIFEXITED(status));
    BOOST_TEST(WEXITSTATUS(status) == 200);
}

BOOST_AUTO_TEST_CASE(death_by_a_signal_is_death_by_the_same_one) {
    for (int number : {SIGTERM, SIGKILL, SIGSEGV, SIGABRT, SIGPIPE, SIGRTMIN}) {
        Shell shell;
        shell.start([number](Pipe&) {
            rlimit none = {};
            setrlimit(RLIMIT_CORE, &none);
            signal(number, SIG_DFL);  // sanitizers catch some of them
            raise(number);
        });
        int status = shell.wait();
        BOOST_TEST(WIFSIGNALED(status));
        BOOST_TEST(WTERMSIG(status) == number);
        BOOST_TEST(!WCOREDUMP(status));
    }
}

BOOST_FIXTURE_TEST_CASE(a_signal_for_the_supervisor_reaches_the_program, Shell) {
    start([](Pipe& out) { count_signals(out, SIGUSR1); });
    BOOST_TEST(from_program.receive() == 'r');
    kill(supervisor, SIGUSR1);
    BOOST_TEST(from_program.receive() == 's');
    kill(supervisor, kEnd);
    BOOST_TEST(count(from_program) == 0);
    BOOST_TEST(WIFEXITED(wait()));
}

BOOST_FIXTURE_TEST_CASE(a_queued_signal_keeps_its_value, Shell) {
    start([](Pipe& out) {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGRTMIN);
        sigprocmask(SIG_BLOCK, &set, nullptr);
        out.send('r');
        _exit(take(set).si_value.sival_int);
    });
    BOOST_TEST(from_program.receive() == 'r');
    sigqueue(supervisor, SIGRTMIN, sigval{.sival_int = 42});
    BOOST_TEST(WEXITSTATUS(wait()) == 42);
}

// In a group that it does not lead, the supervisor steps aside, so what is sent to the group
// reaches the program once.
BOOST_AUTO_TEST_CASE(a_signal_for_the_group_reaches_the_program_once) {
    Leader leader;
    Shell shell;
    int real_time = SIGRTMIN;  // several of these queue, so a second one could not hide
    shell.start([=](Pipe& out) { count_signals(out, real_time); }, leader.pid);
    BOOST_TEST(shell.from_program.receive() == 'r');
    // The supervisor has stepped aside by the time that it sends a signal on.
    kill(shell.supervisor, real_time);
    BOOST_TEST(shell.from_program.receive() == 's');
    kill(-leader.pid, real_time);
    BOOST_TEST(shell.from_program.receive() == 's');
    kill(shell.supervisor, kEnd);
    BOOST_TEST(count(shell.from_program) == 0);
    shell.wait();
}

// A program that signals its parent means the shell, and gets no echo.
BOOST_FIXTURE_TEST_CASE(what_the_program_sends_is_not_returned, Shell) {
    start([](Pipe& out) {
        kill(getppid(), SIGUSR1);
        count_signals(out, SIGUSR1);
    });
    BOOST_TEST(from_program.receive() == 'r');
    kill(supervisor, kEnd);
    BOOST_TEST(count(from_program) == 0);
    wait();
}

bool has_inherited_state() {
    struct sigaction child;
    struct sigaction interrupt;
    sigset_t mask;
    sigaction(SIGCHLD, nullptr, &child);
    sigaction(SIGINT, nullptr, &interrupt);
    sigprocmask(SIG_SETMASK, nullptr, &mask);
    return child.sa_handler == SIG_IGN && interrupt.sa_handler == SIG_IGN &&
           sigismember(&mask, SIGUSR1) == 1 && sigismember(&mask, SIGUSR2) == 0;
}

// It ends when the shell waits for its children again.
BOOST_FIXTURE_TEST_CASE(the_program_starts_with_the_signal_state_of_the_supervisor, Shell) {
    test::BlockedSignal blocked(SIGUSR1);
    signal(SIGCHLD, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    start([](Pipe& out) {
        int status = has_inherited_state() ? 0 : 1;
        sigset_t set = hold(kEnd);
        out.send('r');
        take(set);
        _exit(status);
    });
    signal(SIGCHLD, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    BOOST_TEST(from_program.receive() == 'r');
    kill(supervisor, kEnd);
    BOOST_TEST(wait() == 0);
}

BOOST_FIXTURE_TEST_CASE(a_killed_supervisor_takes_the_program_with_it, Shell) {
    start([](Pipe& out) {
        out.send('r');
        for (;;) pause();
    });
    BOOST_TEST(from_program.receive() == 'r');
    kill(supervisor, SIGKILL);
    wait();
    BOOST_TEST(from_program.receive() == -1);  // the last writer is gone
}

}  // namespace
}  // namespace uaio::tools
