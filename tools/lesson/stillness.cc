// A thread is at rest if the system says that it sleeps. Looking at one after the other proves
// nothing: one that has been looked at already may have been woken by one that had not. But if a
// second look finds the same threads asleep, and none has been running in between (the system
// counts how often each has gone to sleep), then all of them slept at the same time, between the
// two looks. Who is woken counts as running from that very moment, so nobody is on his way then.
#include "tools/lesson/stillness.h"

#include <errno.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>

#include "tools/uaio/failure.h"

namespace uaio::lesson {
namespace {

constexpr const char* kThreads = "/proc/self/task";

// How often each sleeping thread has gone to sleep, by its number.
using Look = std::map<std::string, std::string>;

// What /proc/self/task/NUMBER/status says behind `key`.
std::string field(const std::string& line, const std::string& key) {
    return line.starts_with(key) ? line.substr(line.find_first_not_of(" \t", key.size())) : "";
}

// Nothing if the thread does not sleep, or has just ended.
std::optional<std::string> sleeps_of(const std::filesystem::path& thread) {
    std::ifstream status(thread / "status");
    bool asleep = false;
    std::string line;
    std::string count;
    while (std::getline(status, line)) {
        asleep |= field(line, "State:").starts_with("S");
        if (std::string value = field(line, "voluntary_ctxt_switches:"); !value.empty()) {
            count = value;
        }
    }
    return asleep && !count.empty() ? std::optional(count) : std::nullopt;
}

// Nothing if one of them does not sleep.
std::optional<Look> look() {
    std::string own = std::to_string(syscall(SYS_gettid));
    Look found;
    std::error_code error;
    for (const auto& thread : std::filesystem::directory_iterator(kThreads, error)) {
        std::string number = thread.path().filename();
        if (number == own) continue;
        std::optional<std::string> sleeps = sleeps_of(thread.path());
        if (!sleeps) return std::nullopt;
        found[number] = *sleeps;
    }
    if (error) throw tools::system_failure(tools::kExitFailure, kThreads, error.value());
    return found;
}

}  // namespace

void wait_for_stillness() {
    std::optional<Look> before;
    std::optional<Look> now = look();
    while (!now || now != before) {
        if (!now) sched_yield();
        before = now;
        now = look();
    }
}

}  // namespace uaio::lesson
