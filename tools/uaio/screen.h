// The terminal as a page that is drawn anew now and then, by plain ANSI (ECMA-48) and termios.
//
//     Screen screen;                       // another page than the one with the shell's lines
//     screen.draw(lines);                  // cut to the present size
//     switch (screen.wait(until_ns, fd)) { … }
//
// The page that was there before, the cursor and the terminal's settings are restored by the
// destructor; and before this process dies of a signal that ends it (SIGINT, SIGTERM, SIGHUP,
// SIGQUIT), which it then does as if it had not been caught; and while it is stopped by the
// terminal (SIGTSTP). What is ignored stays ignored.
//
// One at a time, in the only thread of a process.
#pragma once

#include <signal.h>
#include <stdint.h>
#include <termios.h>

#include <string>
#include <vector>

#include "tools/uaio/files.h"

namespace uaio::tools {

class Screen {
  public:
    // Throws Failure (kExitFailure) where standard input and output are no terminal, or one that
    // knows no such commands (TERM=dumb).
    Screen();
    ~Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    // Lines of ASCII, without newlines. What does not fit is left out. Throws Failure.
    void draw(const std::vector<std::string>& lines);

    enum class Event { kTime, kQuit, kResized, kReady };

    // Waits for the key q, the end of the terminal's input, another size, the time `until_ns` (as
    // now_ns()), or until `fd` can be read.
    Event wait(int64_t until_ns, int fd);

  private:
    void enter();
    void leave();
    bool has_quit_key() const;
    void take_signal();
    [[noreturn]] void die_of(int number);

    termios before_;
    sigset_t mask_before_;
    OwnedFd signals_;
};

}  // namespace uaio::tools
