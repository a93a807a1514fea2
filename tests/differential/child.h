// Runs a program of this folder in a process of its own and says how that ended.
#pragma once

#include <string>
#include <vector>

namespace differential {

struct Ending {
    enum class Kind { kRight, kWrong, kSkipped, kHangs, kCrashes, kBroken };

    Kind kind;
    std::string line;    // what the program printed; for kCrashes the signal
    std::string errors;  // what it wrote to standard error

    bool passes() const { return kind == Kind::kRight || kind == Kind::kSkipped; }
};

// `command`: the program and its arguments. `settings`: NAME=VALUE, in addition to the caller's own
// environment without LD_PRELOAD and UAIO_…. After `limit_s` seconds the process and all that it
// started are killed.
Ending run(const std::vector<std::string>& command, const std::vector<std::string>& settings,
           int limit_s);

// In words: "ok", "wrong: …", "hangs", "crashes (SEGV)", …
std::string describe(const Ending& ending);

}  // namespace differential
