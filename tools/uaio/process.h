// A process that somebody wants to look into, by its number or by the name of its program.
//
// Whatever is opened through a Process belongs to the process that it was made for: when that one
// has ended, and its number is another's, nothing can be opened any more.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "tools/uaio/files.h"

namespace uaio::tools {

class Process {
  public:
    // Throws Failure (kExitFailure) if there is no such process.
    explicit Process(pid_t pid);

    pid_t pid() const { return pid_; }

    // The number by which the process knows itself: another one in a PID namespace of its own.
    pid_t own_pid() const { return own_pid_; }

    // Of the program, as the system cuts it; printable.
    const std::string& name() const { return name_; }

    // "fio, process 4711": for messages.
    std::string title() const { return name_ + ", process " + std::to_string(pid_); }

    bool has_ended() const;

    // Ready for poll's POLLIN when the process has ended.
    int end_fd() const { return end_.get(); }

    // Opens /proc/PID/`entry` by open(2)'s `flags`. Not valid, with errno, where that is refused.
    OwnedFd open(const std::string& entry, int flags) const;

    // All that can be read from /proc/PID/`entry`. Throws Failure where that is refused.
    std::string read(const std::string& entry) const;

  private:
    pid_t pid_;
    pid_t own_pid_;
    std::string name_;
    OwnedFd end_;
    OwnedFd folder_;
};

// The process that `operand` means: the one of that number, or the only one called so among those
// that are `wanted`. Throws Failure (kExitFailure): there is none, or there are several. If none of
// that name is wanted but there is one alone, that is the answer, and asking it tells why not.
Process find_process(const std::string& operand, const std::function<bool(const Process&)>& wanted);

}  // namespace uaio::tools
