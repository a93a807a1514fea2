// Running a program as a child while staying as little noticed as possible.
//
// `uaio run --stats` must outlive the program to read its counters, and yet whoever started it
// (a shell, timeout, a service manager) should see no difference to the program itself:
//
// - Signals. Whatever is sent to this process is sent on to the program, except what the program
//   got anyway: the terminal's signals go to its whole foreground process group, and so do those
//   that a member of the group sends to the group. To be left out of signals that others send to
//   the group, this process leaves it, unless it leads the group, which cannot be left: then, and
//   in a group that has turned out to be orphaned (below), a signal sent to the group from outside
//   reaches the program twice.
// - Job control. When the terminal stops the program, this process goes back to the group and
//   stops too, so that the shell sees its whole job stopped; both continue with the group. In an
//   orphaned group, which is never stopped, it lets the group go on, and stays in it.
// - The end. This process leaves with the program's exit code or dies of the same signal, without
//   a second core dump. If this process is killed, the program is killed.
//
// What cannot be passed on: SIGSTOP sent to this process stops it alone.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <functional>

namespace uaio::tools {

// Where this process stands towards the program and its group.
struct Standing {
    pid_t program;
    pid_t group;         // the program's process group at its start
    bool aside;          // this process has left the group
    bool leads_session;  // the kernel tells the end of the terminal to the leader alone
};

// Whether the signal described by `info`, sent by a process of the group `sender_group` (-1 where
// that is unknown), is to be sent on to the program. Pure.
bool passes_on(const siginfo_t& info, pid_t sender_group, const Standing& standing);

// Holds back every signal from its construction on, so that nothing can end this process before
// it has cleaned up. One per process; use from the only thread.
class Supervisor {
  public:
    Supervisor();
    ~Supervisor();
    Supervisor(const Supervisor&) = delete;
    Supervisor& operator=(const Supervisor&) = delete;

    // Forks, calls `become_program` in the child with the signal state that this process was
    // started with, and returns the program's wait status when it has ended. `become_program` must
    // not return and not throw. Throws Failure with kExitRunFailure where fork fails.
    int run(const std::function<void()>& become_program);

  private:
    void enter_child(pid_t parent);
    int wait_for_end();
    void stop_with_program();
    bool has_continued() const;
    void send_on(const siginfo_t& info);

    sigset_t mask_before_;
    struct sigaction child_action_before_;
    Standing standing_{};
};

// Ends this process as `wait_status` says. Does not return; no destructor runs.
[[noreturn]] void end_like(int wait_status);

}  // namespace uaio::tools
