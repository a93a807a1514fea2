// How a command of `uaio` fails: by throwing a Failure, which `main` prints as one line,
// `uaio: COMMAND: MESSAGE`, before it leaves with the failure's exit status.
//
// A message says what could not be done, to what, and why, in this order and without a full stop.
#pragma once

#include <stdexcept>
#include <string>

namespace uaio::tools {

// Exit statuses. The three of `run` are those of env(1) and timeout(1), so that every other value
// is the program's own.
inline constexpr int kExitFailure = 1;          // a command other than `run` could not do its work
inline constexpr int kExitUsage = 2;            // unknown command, bad option
inline constexpr int kExitRunFailure = 125;     // `run` itself failed, bad options included
inline constexpr int kExitCannotExecute = 126;  // the program exists, but cannot run on uaio
inline constexpr int kExitNotFound = 127;       // there is no such program

class Failure : public std::runtime_error {
  public:
    Failure(int status, const std::string& message)
        : std::runtime_error(message), status_(status) {}

    int status() const { return status_; }

  private:
    int status_;
};

// A command line that makes no sense; `main` adds where help is to be found and chooses the
// command's status for it.
class UsageError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// "MESSAGE: " and the text of errno value `error`.
Failure system_failure(int status, const std::string& message, int error);

}  // namespace uaio::tools
