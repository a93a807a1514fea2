// The parent that is little noticed. Goal: signals, stops and ends pass through unchanged.
// Method: the rule of what is sent on, as a table; then real processes: the test is the shell, a
// child of it supervises, and a child of that is the program, which reports through a pipe.
#define BOOST_TEST_MODULE supervise
#include "tools/uaio/supervise.h"

#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <utility>

#include "tests/support/require.h"
#include "tests/support/signals.h"

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

// A message is one byte. The read end waits for the next one; -1 when no writer is left.
class Pipe {
  public:
    Pipe() { test::require(pipe(ends_) == 0, "pipe"); }
    ~Pipe() {
        close_reader();
        close_writer();
    }

    void close_reader() { close(std::exchange(ends_[0], -1)); }
    void close_writer() { close(std::exchange(ends_[1], -1)); }

    void send(char message) { (void)!write(ends_[1], &message, 1); }
    bool has_message() const {
        pollfd source = {ends_[0], POLLIN, 0};
        return poll(&source, 1, 0) > 0;
    }
    int receive() {
        char message;
        return read(ends_[0], &message, 1) == 1 ? message : -1;
    }

  private:
    int ends_[2];
};

// The state that the cases start from, and the chain of processes.
struct Shell {
    Pipe from_program;
    pid_t supervisor = -1;

    // Starts a supervisor, in a process group that it leads or in one that `leader` leads, and
    // under it a process that runs `program`.
    void start(const std::function<void(Pipe&)>& program, pid_t group = 0) {
        supervisor = fork();
        test::require(supervisor >= 0, "fork");
        if (supervisor == 0) {
            setpgid(0, group);
            int status = Supervisor().run([&] {
                program(from_program);
                _exit(99);
            });
            end_like(status);
        }
        from_program.close_writer();
    }

    // Waits for the next change of the supervisor's state.
    int wait() const {
        int status;
        test::require(waitpid(supervisor, &status, WUNTRACED) == supervisor, "waitpid");
        return status;
    }
};

// A process that does nothing and leads a group.
struct Leader {
    Leader() : pid(fork()) {
        test::require(pid >= 0, "fork");
        if (pid == 0) {
            for (;;) pause();
        }
        setpgid(pid, pid);
    }
    ~Leader() {
        kill(pid, SIGKILL);
        waitpid(pid, nullptr, 0);
    }

    pid_t pid;
};

// Ends a counting program. Of several signals that wait, the highest is taken last.
const int kEnd = SIGRTMAX;

sigset_t hold(int number) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    sigaddset(&set, kEnd);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    return set;
}

// Waits for one of them.
siginfo_t take(const sigset_t& set) {
    siginfo_t info;
    while (sigwaitinfo(&set, &info) < 0) {
    }
    return info;
}

// Lets the program report the signals of one number until kEnd, without a handler.
void count_signals(Pipe& out, int number) {
    sigset_t set = hold(number);
    out.send('r');
    for (;;) {
        if (take(set).si_signo == kEnd) _exit(0);
        out.send('s');
    }
}

int count(Pipe& in) {
    int counted = 0;
    while (in.receive() == 's') ++counted;
    return counted;
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

void stop_by_terminal(Pipe& out) {
    signal(SIGTSTP, SIG_DFL);
    raise(SIGTSTP);
    out.send('c');
    _exit(5);
}

BOOST_FIXTURE_TEST_CASE(the_job_stops_and_continues_as_one, Shell) {
    start(stop_by_terminal);
    BOOST_TEST_REQUIRE(WIFSTOPPED(wait()));
    kill(-supervisor, SIGCONT);
    BOOST_TEST(from_program.receive() == 'c');
    BOOST_TEST(WEXITSTATUS(wait()) == 5);
}

// The group's SIGCONT reached the program already. A second one could undo the next stop.
BOOST_FIXTURE_TEST_CASE(a_stopped_program_is_continued_once, Shell) {
    start([](Pipe& out) {
        hold(SIGCONT);
        signal(SIGTSTP, SIG_DFL);
        raise(SIGTSTP);
        count_signals(out, SIGCONT);
    });
    BOOST_TEST_REQUIRE(WIFSTOPPED(wait()));
    kill(-supervisor, SIGCONT);
    BOOST_TEST(from_program.receive() == 'r');
    BOOST_TEST(from_program.receive() == 's');
    kill(supervisor, kEnd);
    BOOST_TEST(count(from_program) == 0);
    wait();
}

// A SIGCONT for the supervisor alone is meant for the program.
BOOST_FIXTURE_TEST_CASE(a_stopped_supervisor_continues_the_program, Shell) {
    start(stop_by_terminal);
    BOOST_TEST_REQUIRE(WIFSTOPPED(wait()));
    kill(supervisor, SIGCONT);
    BOOST_TEST(from_program.receive() == 'c');
    BOOST_TEST(WEXITSTATUS(wait()) == 5);
}

BOOST_AUTO_TEST_CASE(a_supervisor_aside_stops_with_the_group) {
    Leader leader;
    Shell shell;
    shell.start(stop_by_terminal, leader.pid);
    BOOST_TEST_REQUIRE(WIFSTOPPED(shell.wait()));
    BOOST_TEST(getpgid(shell.supervisor) == leader.pid);
    kill(-leader.pid, SIGCONT);
    BOOST_TEST(shell.from_program.receive() == 'c');
    BOOST_TEST(WEXITSTATUS(shell.wait()) == 5);
}

// The next stop comes while the supervisor has not looked yet how the last one has ended. It must
// not take the group for an orphaned one, and stay in it.
BOOST_AUTO_TEST_CASE(a_supervisor_leaves_the_group_after_every_stop) {
    Leader leader;
    Shell shell;
    auto program = [](Pipe& out) {
        sigset_t set = hold(SIGUSR1);
        signal(SIGTTIN, SIG_DFL);
        for (int i = 0; i < 200; ++i) kill(0, SIGTTIN);
        out.send('d');
        take(set);
        out.send(getpgid(getppid()) == getpgrp() ? 'i' : 'o');
        _exit(0);
    };
    shell.start(program, leader.pid);
    for (char wanted : {'d', 'o'}) {
        while (!shell.from_program.has_message()) {
            kill(-leader.pid, SIGCONT);
            sched_yield();
        }
        BOOST_TEST(shell.from_program.receive() == wanted);
        if (wanted == 'd') kill(shell.supervisor, SIGUSR1);
    }
    int status = shell.wait();
    while (WIFSTOPPED(status)) {
        kill(-leader.pid, SIGCONT);
        status = shell.wait();
    }
    BOOST_TEST(status == 0);
}

// Nobody could continue it, so the system does not stop it. That there is a supervisor, in a group
// of its own, changes nothing.
BOOST_AUTO_TEST_CASE(an_orphaned_group_goes_on) {
    pid_t script = fork();
    test::require(script >= 0, "fork");
    if (script == 0) {
        setsid();
        Shell shell;
        auto program = [](Pipe& out) {
            sigset_t set = hold(SIGUSR1);
            out.send('r');
            take(set);
            stop_by_terminal(out);
        };
        shell.start(program, getpid());
        if (shell.from_program.receive() != 'r') _exit(1);
        kill(shell.supervisor, SIGUSR1);  // which is aside when it sends that on
        int status = shell.wait();
        if (!WIFEXITED(status)) kill(shell.supervisor, SIGKILL);
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
    }
    int status;
    test::require(waitpid(script, &status, 0) == script, "waitpid");
    BOOST_TEST(WEXITSTATUS(status) == 5);
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
