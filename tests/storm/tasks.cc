#include "tests/storm/tasks.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/require.h"
#include "tests/support/signals.h"

namespace uaio::test {
namespace {

// Empty if the thread has gone.
std::string read_all(const std::string& path) {
    char text[512];
    int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return {};
    }
    ssize_t bytes = read(fd, text, sizeof text);
    close(fd);
    return bytes > 0 ? std::string(text, static_cast<size_t>(bytes)) : std::string();
}

// The letter by which the system tells what a thread does; 0 if it has gone.
char state_of(int thread) {
    std::string line = read_all("/proc/self/task/" + std::to_string(thread) + "/stat");
    size_t name_end = line.rfind(')');
    return name_end != std::string::npos && name_end + 2 < line.size() ? line[name_end + 2] : 0;
}

}  // namespace

int threads_named(const std::string& start) {
    int count = 0;
    DIR* tasks = opendir("/proc/self/task");
    require(tasks != nullptr, "list the threads");
    while (const dirent* entry = readdir(tasks)) {
        std::string name = read_all(std::string("/proc/self/task/") + entry->d_name + "/comm");
        count += name.starts_with(start);
    }
    closedir(tasks);
    return count;
}

void wait_until_no_thread_is_named(const std::string& start) {
    while (threads_named(start) > 0) {
        sched_yield();
    }
}

bool is_asleep(int thread) {
    return state_of(thread) == 'S';
}

void wait_until_ended(int thread) {
    for (char state = state_of(thread); state != 0 && state != 'Z'; state = state_of(thread)) {
        sched_yield();
    }
}

bool others_asleep() {
    bool asleep = true;
    DIR* tasks = opendir("/proc/self/task");
    require(tasks != nullptr, "list the threads");
    while (const dirent* entry = readdir(tasks)) {
        int thread = atoi(entry->d_name);  // 0 for the folders themselves
        asleep = asleep && (thread == 0 || thread == thread_number() || is_asleep(thread));
    }
    closedir(tasks);
    return asleep;
}

void wait_until_asleep(int thread) {
    while (!is_asleep(thread)) {
        sched_yield();
    }
}

}  // namespace uaio::test
