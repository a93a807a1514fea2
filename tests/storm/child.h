// A piece of code in a forked child, and how it ended.
#pragma once

#include <functional>

namespace uaio::test {

// What wait_for_child() returns for a child that a signal ended: this plus the signal's number.
inline constexpr int kKilled = 1000;

// A child that has not come to its end after so long hangs, and is killed (SIGALRM).
inline constexpr unsigned kChildSeconds = 30;

// In a forked child: runs `body` and ends the process with what it returns (0 to 255; each bit
// something that went wrong), without the handlers of exit().
[[noreturn]] void be_child(const std::function<int()>& body);

// Forks and runs `body` there. Returns the child's process number.
int start_child(const std::function<int()>& body);

// The exit status of a child, or kKilled plus a signal.
int wait_for_child(int child);

// Both in one.
int run_child(const std::function<int()>& body);

}  // namespace uaio::test
