#include "tools/bench/posix_functions.h"

#include <dlfcn.h>

#include "tools/uaio/failure.h"
#include "tools/uaio/files.h"

namespace uaio::bench {
namespace {

using tools::Failure;
using tools::kExitFailure;

constexpr const char* kName = "libuaio.so.1";

// The file that holds the code at `function`, without links; empty where nobody knows.
std::string file_of(const void* function) {
    Dl_info info;
    if (dladdr(function, &info) == 0 || info.dli_fname == nullptr) return "";
    return tools::real_path(info.dli_fname);
}

// Before version 2.34 of the GNU library they were in a library of their own, librt.
bool is_c_library(const std::string& file) {
    std::string name = file.substr(file.find_last_of('/') + 1);
    for (const char* start : {"libc.", "libc-", "librt.", "librt-", "ld-musl"}) {
        if (name.starts_with(start)) return true;
    }
    return false;
}

// What a call in this program would reach.
void* take_system(const char* name) {
    void* found = dlsym(RTLD_DEFAULT, name);
    if (found == nullptr) throw Failure(kExitFailure, std::string("there is no ") + name);
    std::string file = file_of(found);
    if (is_c_library(file)) return found;
    throw Failure(kExitFailure, std::string(name) + " is not the C library's but that of " +
                                    (file.empty() ? "an unknown file" : file));
}

void* take_from(void* library, const std::string& path, const char* name) {
    void* found = dlsym(library, name);
    if (found == nullptr) throw Failure(kExitFailure, path + ": has no " + name);
    std::string file = file_of(found);
    if (file == path) return found;
    throw Failure(kExitFailure, path + ": " + name + " comes from " + file);
}

// All of them, each by what `take` finds for its name.
template <typename Take>
PosixFunctions take_all(Take take) {
    return {
        .read = reinterpret_cast<decltype(PosixFunctions::read)>(take("aio_read")),
        .write = reinterpret_cast<decltype(PosixFunctions::write)>(take("aio_write")),
        .sync = reinterpret_cast<decltype(PosixFunctions::sync)>(take("aio_fsync")),
        .error = reinterpret_cast<decltype(PosixFunctions::error)>(take("aio_error")),
        .result = reinterpret_cast<decltype(PosixFunctions::result)>(take("aio_return")),
        .suspend = reinterpret_cast<decltype(PosixFunctions::suspend)>(take("aio_suspend")),
        .cancel = reinterpret_cast<decltype(PosixFunctions::cancel)>(take("aio_cancel")),
        .list = reinterpret_cast<decltype(PosixFunctions::list)>(take("lio_listio")),
    };
}

}  // namespace

PosixFunctions system_functions() {
    return take_all(take_system);
}

PosixFunctions library_functions(const std::string& path) {
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw Failure(kExitFailure, std::string("cannot load ") + dlerror());
    return take_all([&](const char* name) { return take_from(library, path, name); });
}

std::string find_library() {
    std::string self = tools::real_path("/proc/self/exe");
    std::string directory = tools::directory_of(self);
    // lib/uaio is in the folder of the libraries, or a link there (tools/install.sh).
    for (const char* place : {"/../lib/uaio/../", "/../aio/posix/", "/"}) {
        std::string found = tools::real_path(directory + place + kName);
        if (!found.empty()) return found;
    }
    throw Failure(kExitFailure, std::string("no ") + kName + " for the uaio in " + directory +
                                    " (not in ../lib, ../aio/posix or beside it); build " +
                                    "//aio/posix:" + kName);
}

}  // namespace uaio::bench
