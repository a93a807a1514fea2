// Job control beside a supervisor. Goal: what the terminal stops stops as one, goes on as one, and
// goes on where nobody could continue it.
#define BOOST_TEST_MODULE supervise_stop
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "tests/support/require.h"
#include "tests/tools/supervised.h"

namespace uaio::tools {
namespace {

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

}  // namespace
}  // namespace uaio::tools
