// The disk is a string; an operation that is held is one that has not been answered. libfuse's
// low-level interface makes that easy: an answer may be given at any later time.
#define FUSE_USE_VERSION 34
#include "tests/support/failing_disk_server.h"

#include <errno.h>
#include <fcntl.h>
#include <fuse3/fuse_lowlevel.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace uaio::test {
namespace {

constexpr fuse_ino_t kDisk = 2;
constexpr fuse_ino_t kOrders = 3;
constexpr size_t kAllBytes = SIZE_MAX;

// What one kind of operation is to do from now on.
struct Mood {
    std::string kind = "pass";  // pass, fail, short, hold
    int value = 0;              // an errno value, or bytes
};

// An order that is answered when so many operations are held.
struct Waiting {
    fuse_req_t request;
    size_t bytes;  // of the order
    size_t held;
};

// The server has one thread, and one disk.
std::string disk;
std::map<std::string, Mood> moods;
std::vector<std::function<void()>> held;
std::vector<Waiting> waiting;

// --- the script -------------------------------------------------------------------------------

void answer_waiting() {
    auto met = [](const Waiting& each) {
        if (each.held > held.size()) return false;
        fuse_reply_write(each.request, each.bytes);
        return true;
    };
    waiting.erase(std::remove_if(waiting.begin(), waiting.end(), met), waiting.end());
}

// Lets `go_on` do the operation with so many bytes at most, or does what the script says instead.
void by_script(fuse_req_t request, const char* operation,
               const std::function<void(size_t)>& go_on) {
    const Mood& mood = moods[operation];
    if (mood.kind == "fail") {
        fuse_reply_err(request, mood.value);
    } else if (mood.kind == "short") {
        go_on(static_cast<size_t>(mood.value));
    } else if (mood.kind == "hold") {
        held.push_back([go_on] { go_on(kAllBytes); });
        answer_waiting();
    } else {
        go_on(kAllBytes);
    }
}

void release() {
    std::vector<std::function<void()>> all;
    all.swap(held);
    for (const auto& go_on : all) go_on();
}

bool is_mood(const std::string& kind) {
    return kind == "pass" || kind == "fail" || kind == "short" || kind == "hold";
}

void obey(fuse_req_t request, const std::string& order) {
    char first[16] = "";
    char second[16] = "";
    int value = 0;
    sscanf(order.c_str(), "%15s %15s %d", first, second, &value);
    if (strcmp(first, "await") == 0) {
        waiting.push_back({request, order.size(), static_cast<size_t>(atoi(second))});
        answer_waiting();
        return;
    }
    if (strcmp(first, "release") == 0) {
        release();
    } else if (is_mood(second)) {
        moods[first] = {second, value};
    } else {
        fuse_reply_err(request, EINVAL);
        return;
    }
    fuse_reply_write(request, order.size());
}

// --- the file system --------------------------------------------------------------------------

bool attributes_of(fuse_ino_t number, struct stat& attributes) {
    memset(&attributes, 0, sizeof attributes);
    attributes.st_ino = number;
    attributes.st_nlink = 1;
    attributes.st_mode = number == FUSE_ROOT_ID ? S_IFDIR | 0700 : S_IFREG | 0600;
    attributes.st_size = number == kDisk ? static_cast<off_t>(disk.size()) : 0;
    return number == FUSE_ROOT_ID || number == kDisk || number == kOrders;
}

void look_up(fuse_req_t request, fuse_ino_t, const char* name) {
    fuse_entry_param entry = {};
    entry.ino = strcmp(name, "disk") == 0 ? kDisk : strcmp(name, "orders") == 0 ? kOrders : 0;
    if (!attributes_of(entry.ino, entry.attr)) {
        fuse_reply_err(request, ENOENT);
        return;
    }
    fuse_reply_entry(request, &entry);
}

void get_attributes(fuse_req_t request, fuse_ino_t number, fuse_file_info*) {
    struct stat attributes;
    attributes_of(number, attributes);
    fuse_reply_attr(request, &attributes, 0);
}

void open_file(fuse_req_t request, fuse_ino_t, fuse_file_info* file) {
    file->direct_io = 1;
    fuse_reply_open(request, file);
}

void read_file(fuse_req_t request, fuse_ino_t, size_t bytes, off_t offset, fuse_file_info*) {
    by_script(request, "read", [=](size_t bytes_max) {
        auto start = std::min(static_cast<size_t>(offset), disk.size());
        std::string part = disk.substr(start, std::min(bytes, bytes_max));
        fuse_reply_buf(request, part.data(), part.size());
    });
}

void write_file(fuse_req_t request, fuse_ino_t number, const char* data, size_t bytes, off_t offset,
                fuse_file_info*) {
    std::string text(data, bytes);
    if (number == kOrders) return obey(request, text);
    by_script(request, "write", [=](size_t bytes_max) {
        auto start = static_cast<size_t>(offset);
        std::string part = text.substr(0, bytes_max);
        disk.resize(std::max(disk.size(), start + part.size()));
        disk.replace(start, part.size(), part);
        fuse_reply_write(request, part.size());
    });
}

void sync_file(fuse_req_t request, fuse_ino_t, int, fuse_file_info*) {
    by_script(request, "fsync", [=](size_t) { fuse_reply_err(request, 0); });
}

fuse_session* mount_on(const char* folder) {
    fuse_lowlevel_ops operations = {};
    operations.lookup = look_up;
    operations.getattr = get_attributes;
    operations.open = open_file;
    operations.read = read_file;
    operations.write = write_file;
    operations.fsync = sync_file;
    char name[] = "uaio-failing-disk";
    char* arguments[] = {name, nullptr};
    fuse_args all = FUSE_ARGS_INIT(1, arguments);
    fuse_session* session = fuse_session_new(&all, &operations, sizeof operations, nullptr);
    if (session == nullptr || fuse_session_mount(session, folder) != 0) return nullptr;
    return session;
}

}  // namespace

void serve_failing_disk(const char* folder, int ready) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    errno = 0;
    fuse_session* session = mount_on(folder);
    int error = session != nullptr ? 0 : errno != 0 ? errno : EPERM;
    ssize_t told = write(ready, &error, sizeof error);
    close(ready);
    if (session != nullptr && told == sizeof error) fuse_session_loop(session);
    _exit(0);
}

}  // namespace uaio::test
