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

template <typename Function>
void check_system(Function* function, const char* name) {
    std::string file = file_of(reinterpret_cast<const void*>(function));
    if (is_c_library(file)) return;
    throw Failure(kExitFailure, std::string(name) + " is not the C library's but that of " +
                                    (file.empty() ? "an unknown file" : file));
}

template <typename Function>
void take(void* library, const std::string& path, const char* name, Function*& function) {
    void* found = dlsym(library, name);
    if (found == nullptr) throw Failure(kExitFailure, path + ": has no " + name);
    if (std::string file = file_of(found); file != path) {
        throw Failure(kExitFailure, path + ": " + name + " comes from " + file);
    }
    function = reinterpret_cast<Function*>(found);
}

}  // namespace

PosixFunctions system_functions() {
    PosixFunctions functions{aio_read,   aio_write,   aio_fsync,  aio_error,
                             aio_return, aio_suspend, aio_cancel, lio_listio};
    check_system(functions.read, "aio_read");
    check_system(functions.write, "aio_write");
    check_system(functions.sync, "aio_fsync");
    check_system(functions.error, "aio_error");
    check_system(functions.result, "aio_return");
    check_system(functions.suspend, "aio_suspend");
    check_system(functions.cancel, "aio_cancel");
    check_system(functions.list, "lio_listio");
    return functions;
}

PosixFunctions library_functions(const std::string& path) {
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw Failure(kExitFailure, std::string("cannot load ") + dlerror());
    PosixFunctions functions{};
    take(library, path, "aio_read", functions.read);
    take(library, path, "aio_write", functions.write);
    take(library, path, "aio_fsync", functions.sync);
    take(library, path, "aio_error", functions.error);
    take(library, path, "aio_return", functions.result);
    take(library, path, "aio_suspend", functions.suspend);
    take(library, path, "aio_cancel", functions.cancel);
    take(library, path, "lio_listio", functions.list);
    return functions;
}

std::string find_library() {
    std::string self = tools::real_path("/proc/self/exe");
    std::string directory = tools::directory_of(self);
    for (const char* place : {"/../lib/", "/../aio/posix/", "/"}) {
        std::string found = tools::real_path(directory + place + kName);
        if (!found.empty()) return found;
    }
    throw Failure(kExitFailure, std::string("no ") + kName + " for the uaio in " + directory +
                                    " (not in ../lib, ../aio/posix or beside it); build " +
                                    "//aio/posix:" + kName + " or give --library");
}

}  // namespace uaio::bench
