#include "tools/uaio/trace_target.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aio/trace.h"
#include "tools/uaio/failure.h"
#include "tools/uaio/files.h"

namespace uaio::tools {
namespace {

bool is_trace(const std::string& path) {
    OwnedFd fd = open_for_reading(path);
    char magic[sizeof kTraceMagic];
    return fd.valid() && read_exactly(fd.get(), magic, sizeof magic, 0) &&
           memcmp(magic, kTraceMagic, sizeof magic) == 0;
}

void make_room(const std::string& path) {
    struct stat status;
    if (lstat(path.c_str(), &status) != 0) {
        if (errno == ENOENT) return;
        throw system_failure(kExitRunFailure, path, errno);
    }
    if (!S_ISREG(status.st_mode) || (status.st_size > 0 && !is_trace(path))) {
        throw Failure(kExitRunFailure, path + ": exists, and is no trace that could be replaced");
    }
    if (unlink(path.c_str()) != 0) throw system_failure(kExitRunFailure, path, errno);
}

}  // namespace

std::string trace_target(const std::string& path) {
    if (path.empty() || path.back() == '/') {
        throw Failure(kExitRunFailure, "'" + path + "' is no name for a trace");
    }
    std::string folder = directory_of(path);
    std::string real = real_path(folder);
    if (real.empty()) throw system_failure(kExitRunFailure, folder, errno);
    if (access(real.c_str(), W_OK | X_OK) != 0) {
        throw system_failure(kExitRunFailure, folder, errno);
    }
    std::string name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
    std::string target = (real == "/" ? "" : real) + "/" + name;
    make_room(target);
    return target;
}

}  // namespace uaio::tools
