// For tests of the supervisor: real processes. The test is the shell, a child of it supervises, and
// a child of that is the program, which reports through a pipe.
#pragma once

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <utility>

#include "tests/support/require.h"
#include "tools/uaio/supervise.h"

namespace uaio::tools {

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
inline const int kEnd = SIGRTMAX;

inline sigset_t hold(int number) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    sigaddset(&set, kEnd);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    return set;
}

// Waits for one of them.
inline siginfo_t take(const sigset_t& set) {
    siginfo_t info;
    while (sigwaitinfo(&set, &info) < 0) {
    }
    return info;
}

// Lets the program report the signals of one number until kEnd, without a handler.
inline void count_signals(Pipe& out, int number) {
    sigset_t set = hold(number);
    out.send('r');
    for (;;) {
        if (take(set).si_signo == kEnd) _exit(0);
        out.send('s');
    }
}

inline int count(Pipe& in) {
    int counted = 0;
    while (in.receive() == 's') ++counted;
    return counted;
}

}  // namespace uaio::tools
