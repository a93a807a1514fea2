// The progress bar of `uaio cp`: one line that is rewritten at most ten times a second,
//
//     disk.img  42% [==========>              ]   1.3 GiB   512.0 MiB/s
//
// by plain ANSI, as wide as the terminal allows.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>

namespace uaio::tools {

// That line, of at most `columns` columns. What does not fit is left out: the bar first, then the
// end of the name.
std::string progress_line(const std::string& name, off_t done, off_t size, double seconds,
                          unsigned columns);

// "1.5 MiB"
std::string format_size(double bytes);

class CopyProgress {
  public:
    // Of a file by that name; draws to standard error if `shown`.
    CopyProgress(std::string name, bool shown);
    // Removes a bar that did not end.
    ~CopyProgress();
    CopyProgress(const CopyProgress&) = delete;
    CopyProgress& operator=(const CopyProgress&) = delete;

    void begin(off_t size);
    void update(off_t done);
    // The last state stays, and a new line begins.
    void end();

  private:
    using Clock = std::chrono::steady_clock;

    void draw(off_t done, Clock::time_point now);

    std::string name_;
    bool shown_;
    bool drawn_ = false;
    off_t size_ = 0;
    Clock::time_point begun_;
    Clock::time_point drawn_at_;
};

}  // namespace uaio::tools
