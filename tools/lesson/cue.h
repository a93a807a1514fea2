// What a lesson's own program says while it runs, for the table: which request is which, and what
// it does between the steps that the library records. It goes to whoever shows the lesson through a
// pipe, one line each, and says after how many recorded steps it belongs.
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace uaio::lesson {

struct Cue {
    enum class Kind : char {
        kRequest = 'R',  // the next request; `name` is its letter
        kRemark = '-',   // a line between the steps
        kFailure = '!',  // the lesson could not go on, and why
    };

    Kind kind;
    char name;     // of kRequest
    pid_t pid;     // which process
    size_t steps;  // that have been recorded before, of kRemark
    std::string text;
};

// Writes to `fd`, in one go. Throws Failure.
void send_cue(int fd, const Cue& cue);

// The same for a kFailure, the last thing that a process does.
void send_failure(int fd, const char* why) noexcept;

// All that has been written, when nobody can write any more, or `stop` can be read.
std::vector<Cue> receive_cues(int fd, int stop);

}  // namespace uaio::lesson
