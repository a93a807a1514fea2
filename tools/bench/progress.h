// Progress: how far a long run is, as one line on standard error that is rewritten and removed at
// the end; nothing where that is no terminal.
#pragma once

#include <unistd.h>

#include <iostream>
#include <string>

namespace uaio::bench {

class Progress {
  public:
    explicit Progress(size_t steps) : steps_(steps), shown_(isatty(STDERR_FILENO) == 1) {}
    ~Progress() { remove(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    // The next step begins.
    void next(const std::string& name) {
        ++done_;
        if (!shown_) return;
        std::cerr << "\r\033[K" << done_ << '/' << steps_ << ' ' << name << std::flush;
    }

    // Makes room for another line on standard error.
    void remove() {
        if (shown_) std::cerr << "\r\033[K" << std::flush;
    }

  private:
    size_t steps_;
    size_t done_ = 0;
    bool shown_;
};

}  // namespace uaio::bench
