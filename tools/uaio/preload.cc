#include "tools/uaio/preload.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/uaio/failure.h"
#include "tools/uaio/files.h"

namespace uaio::tools {
namespace {

const char* name_of(Doors doors) {
    return doors == Doors::kBoth    ? "libuaio_preload.so"
           : doors == Doors::kPosix ? "libuaio_preload_posix.so"
                                    : "libuaio_preload_libaio.so";
}

// The loader splits LD_PRELOAD at these, and expands what follows a dollar sign.
constexpr const char* kInexpressible = " :$";

std::string own_directory() {
    std::string self = real_path("/proc/self/exe");
    if (self.empty()) {
        throw Failure(kExitRunFailure, std::string("cannot tell where uaio itself is (/proc is ") +
                                           "not mounted?); set " + kPreloadOverride);
    }
    return directory_of(self);
}

std::string search_candidates(Doors doors) {
    std::string directory = own_directory();
    for (const std::string& candidate : preload_candidates(directory, doors)) {
        std::string found = real_path(candidate);
        if (!found.empty()) return found;
    }
    std::string name = name_of(doors);
    std::string room = doors == Doors::kLibaio ? "aio/libaio" : "aio/posix";
    throw Failure(kExitRunFailure, "no " + name + " for the uaio in " + directory +
                                       " (not in ../lib/uaio, ../" + room +
                                       " or beside it); build //" + room + ":" + name + " or set " +
                                       kPreloadOverride);
}

std::string overriding_library(const char* path) {
    std::string found = real_path(path);
    if (found.empty()) {
        throw system_failure(kExitRunFailure, std::string(kPreloadOverride) + "=" + path, errno);
    }
    return found;
}

}  // namespace

std::vector<std::string> preload_candidates(const std::string& directory, Doors doors) {
    const char* room = doors == Doors::kLibaio ? "/../aio/libaio/" : "/../aio/posix/";
    std::vector<std::string> candidates;
    for (const char* place : {"/../lib/uaio/", room, "/"}) {
        candidates.push_back(directory + place + name_of(doors));
    }
    return candidates;
}

std::string find_preload_library(Doors doors) {
    const char* override_path = getenv(kPreloadOverride);
    bool given = override_path != nullptr && *override_path != '\0';
    std::string library = given ? overriding_library(override_path) : search_candidates(doors);
    if (library.find_first_of(kInexpressible) != std::string::npos) {
        throw Failure(kExitRunFailure, library + ": LD_PRELOAD cannot express a path with a " +
                                           "space, colon or dollar sign; move the library");
    }
    if (access(library.c_str(), R_OK) != 0) throw system_failure(kExitRunFailure, library, errno);
    return library;
}

std::string with_preload(const std::string& library, const std::string& current) {
    if (current.empty()) return library;
    for (size_t begin = 0; begin <= current.size();) {
        size_t end = std::min(current.find_first_of(" :", begin), current.size());
        if (current.compare(begin, end - begin, library) == 0) return current;
        begin = end + 1;
    }
    return library + ":" + current;
}

}  // namespace uaio::tools
