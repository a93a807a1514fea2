#include "tools/uaio/screen.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "threadpool/base/clock.h"
#include "tools/uaio/failure.h"
#include "tools/uaio/signals.h"

namespace uaio::tools {
namespace {

// The other page, and the cursor hidden; each line is cleared before it is written, because some
// terminals take the last column for the first of the next line.
constexpr std::string_view kEnter = "\033[?1049h\033[?25l";
constexpr std::string_view kLeave = "\033[?25h\033[?1049l";
constexpr std::string_view kHome = "\033[H";
constexpr std::string_view kClearLine = "\033[2K";
constexpr std::string_view kClearRest = "\033[J";

constexpr winsize kUsualSize = {.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};

winsize size_of_terminal() {
    winsize size;
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0;
    return known ? size : kUsualSize;
}

bool write_all(std::string_view text) {
    while (!text.empty()) {
        ssize_t n = write(STDOUT_FILENO, text.data(), text.size());
        if (n < 0 && errno != EINTR) return false;
        text.remove_prefix(n > 0 ? static_cast<size_t>(n) : 0);
    }
    return true;
}

void require_terminal() {
    const char* type = getenv("TERM");
    bool able = type != nullptr && strcmp(type, "dumb") != 0;
    if (!able || isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0) {
        throw Failure(kExitFailure,
                      "standard input and output are no terminal that can show it; "
                      "--once and --json need none");
    }
}

}  // namespace

Screen::Screen() {
    require_terminal();
    sigset_t taken;
    sigemptyset(&taken);
    for (int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH}) {
        if (!is_ignored(number)) sigaddset(&taken, number);
    }
    signals_ = OwnedFd(signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals_.valid() || tcgetattr(STDIN_FILENO, &before_) != 0) {
        throw system_failure(kExitFailure, "the terminal", errno);
    }
    sigprocmask(SIG_BLOCK, &taken, &mask_before_);
    enter();
}

Screen::~Screen() {
    leave();
    sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
}

// Keys come one by one and are not shown. Those that send signals go on to do so.
void Screen::enter() {
    termios settings = before_;
    settings.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings);
    write_all(kEnter);
}

void Screen::leave() {
    write_all(kLeave);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
}

void Screen::draw(const std::vector<std::string>& lines) {
    winsize size = size_of_terminal();
    std::string page(kHome);
    size_t rows = std::min(lines.size(), size_t{size.ws_row});
    for (size_t row = 0; row < rows; ++row) {
        page += row == 0 ? "" : "\r\n";
        page += kClearLine;
        page += std::string_view(lines[row]).substr(0, size.ws_col);
    }
    if (rows < size.ws_row) {
        page += rows == 0 ? "" : "\r\n";
        page += kClearRest;
    }
    if (!write_all(page)) throw system_failure(kExitFailure, "the terminal", errno);
}

Screen::Event Screen::wait(int64_t until_ns, int fd) {
    for (;;) {
        int64_t left = std::max(until_ns - now_ns(), int64_t{0});
        pollfd sources[] = {
            {STDIN_FILENO, POLLIN, 0}, {signals_.get(), POLLIN, 0}, {fd, POLLIN, 0}};
        timespec timeout = {left / kNsPerSecond, left % kNsPerSecond};
        int ready = ppoll(sources, std::size(sources), &timeout, nullptr);
        if (ready < 0) continue;
        if (ready == 0) return Event::kTime;
        if (sources[1].revents != 0) {
            take_signal();
            return Event::kResized;
        }
        if (sources[2].revents != 0) return Event::kReady;
        if (sources[0].revents != 0 && has_quit_key()) return Event::kQuit;
    }
}

bool Screen::has_quit_key() const {
    char keys[64];
    ssize_t n = read(STDIN_FILENO, keys, sizeof keys);
    if (n < 0) return errno != EINTR && errno != EAGAIN;
    return n == 0 || std::any_of(keys, keys + n, [](char key) { return key == 'q' || key == 'Q'; });
}

// Returns when the page has to be drawn anew.
void Screen::take_signal() {
    signalfd_siginfo info;
    if (read(signals_.get(), &info, sizeof info) != sizeof info) return;
    int number = static_cast<int>(info.ssi_signo);
    if (number == SIGWINCH) return;
    if (number != SIGTSTP) die_of(number);
    leave();
    stop_by_terminal();
    enter();
}

void Screen::die_of(int number) {
    leave();
    signal(number, SIG_DFL);
    sigset_t own;
    sigemptyset(&own);
    sigaddset(&own, number);
    raise(number);
    sigprocmask(SIG_UNBLOCK, &own, nullptr);
    _exit(kExitFailure);  // not reached
}

}  // namespace uaio::tools
