#include "tools/uaio/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <vector>

#include "tools/uaio/failure.h"

namespace uaio::tools {
namespace {

constexpr size_t kNameBytes = 15;  // of a program, as the system keeps it

std::optional<pid_t> number_in(const std::string& text) {
    pid_t number = 0;
    const char* end = text.data() + text.size();
    auto [stop, error] = std::from_chars(text.data(), end, number);
    bool is_number = error == std::errc() && stop == end && number > 0;
    return is_number ? std::optional(number) : std::nullopt;
}

bool has_digits_only(const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

// Not every C library has the function.
int open_pidfd(pid_t pid) {
    return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
}

Failure no_process(const std::string& what) {
    return Failure(kExitFailure, "there is no process " + what);
}

// The last number of the line that begins with "NSpid:"; `pid` where the system does not tell.
pid_t innermost_pid(const std::string& status, pid_t pid) {
    size_t line = status.find("\nNSpid:");
    if (line == std::string::npos) return pid;
    size_t end = status.find('\n', line + 1);
    std::string numbers = status.substr(line, end - line);
    return number_in(numbers.substr(numbers.find_last_of(" \t") + 1)).value_or(pid);
}

std::vector<Process> processes_called(const std::string& name) {
    std::vector<Process> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        std::optional<pid_t> pid = number_in(entry.path().filename());
        if (!pid || first_line(entry.path() / "comm") != name.substr(0, kNameBytes)) continue;
        try {
            found.emplace_back(*pid);
        } catch (const Failure&) {  // it has just ended
        }
    }
    return found;
}

std::string listed(const std::vector<Process>& processes) {
    std::vector<pid_t> pids;
    for (const Process& process : processes) pids.push_back(process.pid());
    std::sort(pids.begin(), pids.end());
    std::string text;
    for (pid_t pid : pids) text += " " + std::to_string(pid);
    return text;
}

}  // namespace

Process::Process(pid_t pid) : pid_(pid), own_pid_(pid), end_(open_pidfd(pid)) {
    if (!end_.valid() && (errno == ESRCH || errno == EINVAL)) throw no_process(std::to_string(pid));
    if (!end_.valid()) {
        throw system_failure(kExitFailure, "process " + std::to_string(pid), errno);
    }
    std::string path = "/proc/" + std::to_string(pid);
    folder_ = OwnedFd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    // If it has not ended by now, the folder is not that of a later process.
    if (!folder_.valid() || has_ended()) throw no_process(std::to_string(pid));
    own_pid_ = innermost_pid(read("status"), pid);
    std::string comm = read("comm");
    name_ = printable(comm.substr(0, comm.find('\n')));
}

bool Process::has_ended() const {
    pollfd end = {.fd = end_.get(), .events = POLLIN, .revents = 0};
    return poll(&end, 1, 0) > 0;
}

OwnedFd Process::open(const std::string& entry, int flags) const {
    return OwnedFd(openat(folder_.get(), entry.c_str(), flags | O_CLOEXEC));
}

std::string Process::read(const std::string& entry) const {
    OwnedFd file = open(entry, O_RDONLY);
    std::string text;
    char part[4096];
    ssize_t n = file.valid() ? ::read(file.get(), part, sizeof part) : -1;
    for (; n > 0; n = ::read(file.get(), part, sizeof part)) {
        text.append(part, static_cast<size_t>(n));
    }
    int error = errno;
    if (n < 0 && has_ended()) throw no_process(std::to_string(pid_));
    if (n < 0) {
        std::string path = "/proc/" + std::to_string(pid_) + "/" + entry;
        throw system_failure(kExitFailure, path, error);
    }
    return text;
}

Process find_process(const std::string& operand,
                     const std::function<bool(const Process&)>& wanted) {
    if (has_digits_only(operand)) {
        std::optional<pid_t> pid = number_in(operand);
        if (!pid) throw no_process(operand);
        return Process(*pid);
    }
    std::vector<Process> found = processes_called(operand);
    if (found.size() > 1) {
        std::erase_if(found, [&](const Process& process) { return !wanted(process); });
        if (found.empty()) {
            throw Failure(kExitFailure, "no process called '" + printable(operand) +
                                            "' keeps statistics (see `uaio run --stats`)");
        }
    }
    if (found.empty()) throw no_process("called '" + printable(operand) + "'");
    if (found.size() > 1) {
        throw Failure(kExitFailure,
                      "several processes are called '" + printable(operand) + "':" + listed(found));
    }
    return std::move(found[0]);
}

}  // namespace uaio::tools
