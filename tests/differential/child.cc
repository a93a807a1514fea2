#include "tests/differential/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string_view>
#include <system_error>

namespace differential {
namespace {

constexpr int kStatusWrong = 1;
constexpr int kStatusSkipped = 77;

void require(bool done, const char* step) {
    if (!done) throw std::system_error(errno, std::generic_category(), step);
}

// What a child writes goes here, so that nobody has to read while it runs.
class Capture {
  public:
    Capture() : fd_(memfd_create("output", MFD_CLOEXEC)) { require(fd_ >= 0, "memfd_create"); }
    ~Capture() { close(fd_); }
    Capture(const Capture&) = delete;
    Capture& operator=(const Capture&) = delete;

    int fd() const { return fd_; }

    std::string text() const {
        std::string text;
        std::array<char, 4096> bytes;
        ssize_t count;
        while ((count = pread(fd_, bytes.data(), bytes.size(), static_cast<off_t>(text.size()))) >
               0) {
            text.append(bytes.data(), static_cast<size_t>(count));
        }
        return text;
    }

  private:
    int fd_;
};

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

std::vector<std::string> environment_with(const std::vector<std::string>& settings) {
    std::vector<std::string> all = settings;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        std::string_view text = *entry;
        if (!text.starts_with("LD_PRELOAD=") && !text.starts_with("UAIO_")) all.emplace_back(text);
    }
    return all;
}

// In a process group of its own, so that what it starts can be killed with it. No signal is
// blocked, whatever this thread has blocked.
pid_t start(const std::vector<std::string>& command, const std::vector<std::string>& settings,
            const Capture& output, const Capture& errors) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output.fd(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, errors.fd(), STDERR_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setpgroup(&attributes, 0);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    std::vector<std::string> environment = environment_with(settings);
    pid_t child;
    errno = posix_spawn(&child, command.front().c_str(), &actions, &attributes,
                        pointers_to(command).data(), pointers_to(environment).data());
    require(errno == 0, command.front().c_str());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return child;
}

// Returns false if the time was up first.
bool ends_within(pid_t child, int limit_s) {
    auto handle = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
    require(handle >= 0, "pidfd_open");
    pollfd event = {handle, POLLIN, 0};
    int count = poll(&event, 1, limit_s * 1000);
    require(count >= 0, "poll");
    close(handle);
    return count == 1;
}

Ending::Kind kind_of(int status) {
    if (WIFSIGNALED(status)) return Ending::Kind::kCrashes;
    switch (WEXITSTATUS(status)) {
        case 0:
            return Ending::Kind::kRight;
        case kStatusWrong:
            return Ending::Kind::kWrong;
        case kStatusSkipped:
            return Ending::Kind::kSkipped;
        default:
            return Ending::Kind::kBroken;
    }
}

}  // namespace

Ending run(const std::vector<std::string>& command, const std::vector<std::string>& settings,
           int limit_s) {
    Capture output;
    Capture errors;
    pid_t child = start(command, settings, output, errors);
    bool ended = ends_within(child, limit_s);
    kill(-child, SIGKILL);  // the child, or what it has left behind
    int status;
    require(waitpid(child, &status, 0) == child, "waitpid");
    std::string line = output.text();
    while (line.ends_with('\n')) line.pop_back();
    if (!ended) return {Ending::Kind::kHangs, line, errors.text()};
    Ending::Kind kind = kind_of(status);
    if (kind == Ending::Kind::kCrashes) line = sigabbrev_np(WTERMSIG(status));
    if (kind == Ending::Kind::kBroken)
        line += " (status " + std::to_string(WEXITSTATUS(status)) + ")";
    return {kind, line, errors.text()};
}

std::string describe(const Ending& ending) {
    switch (ending.kind) {
        case Ending::Kind::kRight:
            return ending.line.empty() ? "ok" : "ok: " + ending.line;
        case Ending::Kind::kWrong:
            return "wrong: " + ending.line;
        case Ending::Kind::kSkipped:
            return "skipped: " + ending.line;
        case Ending::Kind::kHangs:
            return "hangs";
        case Ending::Kind::kCrashes:
            return "crashes (" + ending.line + ")";
        case Ending::Kind::kBroken:
            return "broken: " + ending.line;
    }
    return "?";
}

}  // namespace differential
