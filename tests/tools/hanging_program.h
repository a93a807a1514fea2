// A process with requests that hang until it ends: two reads of an empty pipe. The first one
// becomes kParked, the second one kHeld behind it.
#pragma once

#include <sys/types.h>

#include <string>

namespace uaio::test {

class HangingProgram {
  public:
    static constexpr const char* kName = "uaio-hanging";
    static constexpr size_t kBytes = 100;  // of the first read; the second one has twice as many

    // `stats`: the path of its statistics file; empty: it has none. Returns when the reads have
    // been submitted. Only while this process has one thread.
    explicit HangingProgram(const std::string& stats);
    ~HangingProgram();
    HangingProgram(const HangingProgram&) = delete;
    HangingProgram& operator=(const HangingProgram&) = delete;

    pid_t pid() const { return pid_; }

    // Kills it. It stays as a zombie until the destructor.
    void end();

  private:
    pid_t pid_;
};

}  // namespace uaio::test
