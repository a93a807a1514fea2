// `uaio top` on a terminal. Goal: a page that fits whatever the size is, and a terminal that is
// left as it was, however the program ends. Method: the program on a pseudo terminal, looking at a
// child with requests that hang; what it writes is read until the awaited words have come.
//
//     top_test -- UAIO
#define BOOST_TEST_MODULE top
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "tests/tools/hanging_program.h"
#include "tools/uaio/stats_file.h"

namespace uaio::tools {
namespace {

using test::HangingProgram;
using test::require;

const std::string kEnter = "\033[?1049h\033[?25l";
const std::string kLeave = "\033[?25h\033[?1049l";
const std::string kHome = "\033[H";

constexpr const char* kNever = "--interval=3600";
constexpr const char* kOften = "--interval=0.1";

// The test keeps the slave open, so that its settings can be looked at when the program has ended.
class Terminal {
  public:
    explicit Terminal(winsize size = {24, 100, 0, 0}) {
        require(openpty(&master_, &slave_, nullptr, nullptr, &size) == 0, "openpty");
        fcntl(master_, F_SETFD, FD_CLOEXEC);
        fcntl(slave_, F_SETFD, FD_CLOEXEC);
        require(tcgetattr(slave_, &before_) == 0, "tcgetattr");
    }
    ~Terminal() {
        close(master_);
        close(slave_);
    }

    int slave() const { return slave_; }

    void type(const char* keys) const {
        require(write(master_, keys, strlen(keys)) == static_cast<ssize_t>(strlen(keys)), "type");
    }

    // The program in the foreground is told by a signal.
    void resize(winsize size) const { require(ioctl(master_, TIOCSWINSZ, &size) == 0, "resize"); }

    bool is_as_before() const {
        termios now;
        require(tcgetattr(slave_, &now) == 0, "tcgetattr");
        return now.c_lflag == before_.c_lflag && now.c_iflag == before_.c_iflag &&
               now.c_oflag == before_.c_oflag && now.c_cc[VMIN] == before_.c_cc[VMIN];
    }

    // Reads until `words` have come, beginning at `from`; the place behind them.
    size_t read_until(const std::string& words, size_t from = 0) {
        size_t found;
        while ((found = shown_.find(words, from)) == std::string::npos) read_some();
        return found + words.size();
    }

    // Reads all that has been written until now. What is written last comes last.
    void read_to_end() {
        const std::string last = "\001";
        require(write(slave_, last.data(), last.size()) == 1, "write to the terminal");
        read_until(last);
        shown_.resize(shown_.size() - last.size());
    }

    const std::string& shown() const { return shown_; }

    // The page that was drawn last, as lines without commands.
    std::vector<std::string> page() const {
        std::string text = shown_.substr(shown_.rfind(kHome) + kHome.size());
        std::vector<std::string> lines(1);
        for (size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '\033') {
                i = text.find_first_of("KJhl", i);
            } else if (text[i] == '\n') {
                lines.emplace_back();
            } else if (text[i] != '\r') {
                lines.back() += text[i];
            }
        }
        return lines;
    }

  private:
    void read_some() {
        char part[4096];
        ssize_t n = read(master_, part, sizeof part);
        require(n > 0, "read what the terminal shows");
        shown_.append(part, static_cast<size_t>(n));
    }

    int master_;
    int slave_;
    termios before_;
    std::string shown_;
};

// How it is started: by a shell that gives it a process group, or by a script of the session's
// leader, in a group that nobody could continue.
enum class Job { kOfShell, kOrphaned };

// `uaio top` in the foreground of a session on the terminal. Its parent leads the session and lives
// on when it has ended, because the end of a session is that of its terminal; and tells the test of
// each change of its state.
class Top {
  public:
    Top(Terminal& terminal, pid_t target, const char* interval, Job job = Job::kOfShell)
        : terminal_(terminal) {
        int reports[2];
        require(pipe2(reports, O_CLOEXEC) == 0, "pipe");
        std::string number = std::to_string(target);
        leader_ = fork();
        require(leader_ >= 0, "fork");
        if (leader_ == 0) lead(terminal.slave(), number.c_str(), interval, job, reports[1]);
        close(reports[1]);
        reports_ = reports[0];
        pid_ = next_report();
    }
    ~Top() {
        kill(pid_, SIGKILL);
        kill(leader_, SIGKILL);
        waitpid(leader_, nullptr, 0);
        close(reports_);
    }

    pid_t pid() const { return pid_; }

    // The next change of its state, as waitpid tells it.
    int wait() const { return next_report(); }

    // Waits for its end, and reads all that it has written. What is written while nobody reads has
    // room in the terminal.
    int end() {
        int status = wait();
        terminal_.read_to_end();
        return status;
    }

  private:
    static void take_foreground() {
        setpgid(0, 0);
        signal(SIGTTOU, SIG_IGN);
        tcsetpgrp(STDIN_FILENO, getpid());
        signal(SIGTTOU, SIG_DFL);
    }

    [[noreturn]] static void lead(int slave, const char* target, const char* interval, Job job,
                                  int reports) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        login_tty(dup(slave));
        const char* uaio = boost::unit_test::framework::master_test_suite().argv[1];
        int pid = fork();
        if (pid == 0) {
            if (job == Job::kOfShell) take_foreground();
            setenv("TERM", "xterm", 1);
            execl(uaio, uaio, "top", target, interval, nullptr);
            _exit(99);
        }
        for (int number : {SIGINT, SIGTSTP, SIGQUIT, SIGHUP}) signal(number, SIG_IGN);
        (void)!write(reports, &pid, sizeof pid);
        int status;
        while (waitpid(pid, &status, WUNTRACED) == pid) {
            (void)!write(reports, &status, sizeof status);
        }
        for (;;) pause();
    }

    int next_report() const {
        int report;
        require(read(reports_, &report, sizeof report) == sizeof report, "hear of the program");
        return report;
    }

    Terminal& terminal_;
    pid_t leader_;
    int reports_;
    pid_t pid_;
};

struct Scene {
    Scene() { setenv("TMPDIR", test::scratch_folder().c_str(), 1); }

    void expect_restored(const Terminal& terminal) const {
        BOOST_TEST(terminal.is_as_before());
        BOOST_TEST(terminal.shown().ends_with(kLeave));
    }

    std::string head() const {
        return std::string(HangingProgram::kName) + ", process " + std::to_string(program.pid());
    }

    StatsFile file;
    HangingProgram program{file.path()};
};

BOOST_FIXTURE_TEST_CASE(the_page_shows_what_hangs_and_q_ends_it, Scene) {
    Terminal terminal;
    Top top(terminal, program.pid(), kOften);
    terminal.read_until(kEnter);
    terminal.read_until(head() + ": 2 outstanding (most 2)");
    terminal.read_until("0 queued, 0 performing, 1 held by others, 1 held by streams");
    terminal.read_until("read of 100 bytes, descriptor");
    BOOST_TEST(!terminal.is_as_before());
    terminal.type("xq");
    int status = top.end();
    BOOST_TEST(WIFEXITED(status));
    BOOST_TEST(WEXITSTATUS(status) == 0);
    expect_restored(terminal);
}

BOOST_FIXTURE_TEST_CASE(rates_come_with_the_second_look, Scene) {
    Terminal terminal;
    Top top(terminal, program.pid(), kOften);
    size_t first = terminal.read_until("express   -");
    terminal.read_until("express   0 hits/s, 0 misses/s", first);
    terminal.type("q");
    BOOST_TEST(top.end() == 0);
}

// Only the change of the size draws a page in between.
BOOST_FIXTURE_TEST_CASE(the_page_fits_any_size, Scene) {
    Terminal terminal;
    Top top(terminal, program.pid(), kNever);
    size_t from = terminal.read_until("\033[J");
    for (winsize size : {winsize{8, 20, 0, 0}, winsize{3, 7, 0, 0}, winsize{1, 1, 0, 0}}) {
        terminal.resize(size);
        for (int row = 0; row < size.ws_row; ++row) from = terminal.read_until("\033[2K", from);
        terminal.type("x");  // is nothing to it
        std::vector<std::string> lines = terminal.page();
        BOOST_TEST(lines.size() == size.ws_row);
        for (const std::string& line : lines) BOOST_TEST(line.size() <= size.ws_col);
        BOOST_TEST(lines[0] == head().substr(0, lines[0].size()));
    }
    from = terminal.shown().size();
    terminal.resize({24, 100, 0, 0});
    terminal.read_until(head() + ": 2 outstanding", from);
    terminal.type("q");
    BOOST_TEST(top.end() == 0);
    expect_restored(terminal);
}

BOOST_FIXTURE_TEST_CASE(it_begins_in_twenty_columns_and_where_there_is_no_size, Scene) {
    for (winsize size : {winsize{5, 20, 0, 0}, winsize{0, 0, 0, 0}}) {
        Terminal terminal(size);
        Top top(terminal, program.pid(), kNever);
        terminal.read_until("workers   ");
        terminal.type("q");
        BOOST_TEST(top.end() == 0);
        for (const std::string& line : terminal.page()) {
            BOOST_TEST(line.size() <= (size.ws_col != 0 ? size.ws_col : 80u));
        }
    }
}

BOOST_FIXTURE_TEST_CASE(control_c_ends_it_with_the_terminal_restored, Scene) {
    Terminal terminal;
    Top top(terminal, program.pid(), kNever);
    terminal.read_until("\033[J");
    terminal.type("\x03");
    int status = top.end();
    BOOST_TEST(WIFSIGNALED(status));
    BOOST_TEST(WTERMSIG(status) == SIGINT);
    expect_restored(terminal);
}

BOOST_FIXTURE_TEST_CASE(a_signal_ends_it_with_the_terminal_restored, Scene) {
    for (int number : {SIGTERM, SIGHUP, SIGQUIT}) {
        Terminal terminal;
        Top top(terminal, program.pid(), kNever);
        terminal.read_until("\033[J");
        kill(top.pid(), number);
        int status = top.end();
        BOOST_TEST(WIFSIGNALED(status));
        BOOST_TEST(WTERMSIG(status) == number);
        expect_restored(terminal);
    }
}

BOOST_FIXTURE_TEST_CASE(a_signal_that_is_ignored_stays_so, Scene) {
    Terminal terminal;
    signal(SIGHUP, SIG_IGN);
    Top top(terminal, program.pid(), kNever);
    signal(SIGHUP, SIG_DFL);
    terminal.read_until("\033[J");
    kill(top.pid(), SIGHUP);
    terminal.type("q");
    BOOST_TEST(top.end() == 0);
    expect_restored(terminal);
}

BOOST_FIXTURE_TEST_CASE(a_stop_gives_the_terminal_back_meanwhile, Scene) {
    Terminal terminal;
    Top top(terminal, program.pid(), kNever);
    size_t from = terminal.read_until("\033[J");
    terminal.type("\x1a");
    BOOST_TEST_REQUIRE(WIFSTOPPED(top.wait()));
    from = terminal.read_until(kLeave, from);
    BOOST_TEST(terminal.is_as_before());
    kill(top.pid(), SIGCONT);
    from = terminal.read_until(kEnter, from);
    terminal.read_until(head(), from);
    terminal.type("q");
    BOOST_TEST(top.end() == 0);
    expect_restored(terminal);
}

BOOST_FIXTURE_TEST_CASE(where_nobody_could_continue_it_it_does_not_stop, Scene) {
    Terminal terminal;
    Top top(terminal, program.pid(), kNever, Job::kOrphaned);
    size_t from = terminal.read_until("\033[J");
    terminal.type("\x1a");
    from = terminal.read_until(kLeave, from);
    from = terminal.read_until(kEnter, from);
    terminal.read_until(head(), from);
    terminal.type("q");
    BOOST_TEST(top.end() == 0);
    expect_restored(terminal);
}

// At once: not only when it would look again.
BOOST_FIXTURE_TEST_CASE(the_end_of_the_process_ends_it_with_a_line, Scene) {
    Terminal terminal;
    Top top(terminal, program.pid(), kNever);
    terminal.read_until("\033[J");
    program.end();
    int status = top.end();
    BOOST_TEST(WIFEXITED(status));
    BOOST_TEST(WEXITSTATUS(status) == 1);
    BOOST_TEST(terminal.is_as_before());
    std::string rest = terminal.shown().substr(terminal.shown().rfind(kLeave) + kLeave.size());
    BOOST_TEST(rest == "uaio: top: " + head() + ", has ended\r\n");
}

}  // namespace
}  // namespace uaio::tools
