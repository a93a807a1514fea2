#include "tools/uaio/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tools/uaio/failure.h"
#include "tools/uaio/files.h"

namespace uaio::tools {
namespace {

constexpr int kScriptDepthMax = 5;        // the kernel follows no more scripts run by scripts
constexpr size_t kScriptLineBytes = 256;  // BINPRM_BUF_SIZE: the kernel reads no further

// 0, or the errno for which the file at `path` cannot be executed by us.
int executable_error(const std::string& path) {
    struct stat status;
    if (stat(path.c_str(), &status) != 0) return errno;
    if (S_ISDIR(status.st_mode)) return EISDIR;
    if (!S_ISREG(status.st_mode)) return EACCES;
    return faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

bool is_missing(int error) {
    return error == ENOENT || error == ENOTDIR;
}

std::string search_path() {
    if (const char* path = getenv("PATH")) return path;
    std::string fallback(confstr(_CS_PATH, nullptr, 0), '\0');
    confstr(_CS_PATH, fallback.data(), fallback.size());
    return fallback.c_str();
}

std::string find_on_path(const std::string& name) {
    std::string path = search_path();
    int refusal = ENOENT;
    for (size_t begin = 0; begin <= path.size();) {
        size_t end = std::min(path.find(':', begin), path.size());
        // An empty element means the working directory.
        std::string directory = path.substr(begin, end - begin);
        std::string file = directory.empty() ? name : directory + "/" + name;
        int error = executable_error(file);
        if (error == 0) return file;
        if (error == EACCES) refusal = error;
        begin = end + 1;
    }
    if (refusal != ENOENT) throw system_failure(kExitCannotExecute, name, refusal);
    throw Failure(kExitNotFound, name + ": no such program on the PATH");
}

bool has_capabilities(const std::string& path) {
    return getxattr(path.c_str(), "security.capability", nullptr, 0) > 0;
}

std::string base_name(const std::string& path) {
    return path.substr(path.find_last_of('/') + 1);
}

// Follows scripts to the program that the kernel would finally execute.
std::string final_program(const std::string& path) {
    std::string program = path;
    for (int depth = 0; depth < kScriptDepthMax; ++depth) {
        std::optional<std::string> interpreter = script_interpreter(program);
        if (!interpreter) return program;
        if (int error = executable_error(*interpreter)) {
            throw system_failure(is_missing(error) ? kExitNotFound : kExitCannotExecute,
                                 program + ": cannot execute its interpreter " + *interpreter,
                                 error);
        }
        program = *interpreter;
    }
    throw system_failure(kExitCannotExecute, path + ": too many scripts run by scripts", ELOOP);
}

}  // namespace

std::string find_program(const std::string& name) {
    if (name.empty()) throw Failure(kExitNotFound, "the name of the program is empty");
    if (name.find('/') == std::string::npos) return find_on_path(name);
    if (int error = executable_error(name)) {
        throw system_failure(is_missing(error) ? kExitNotFound : kExitCannotExecute, name, error);
    }
    return name;
}

std::optional<std::string> script_interpreter(const std::string& path) {
    OwnedFd fd = open_for_reading(path);
    char buffer[kScriptLineBytes + 1] = {};
    if (!fd.valid() || pread(fd.get(), buffer, kScriptLineBytes, 0) < 2) return std::nullopt;
    if (buffer[0] != '#' || buffer[1] != '!') return std::nullopt;
    std::string line(buffer + 2);
    line.resize(std::min(line.find('\n'), line.size()));
    size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string::npos) return std::nullopt;
    return line.substr(begin, line.find_first_of(" \t", begin) - begin);
}

Caller this_caller() {
    return Caller{getuid(), getgid(), prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1};
}

std::optional<std::string> privilege_reason(const std::string& path, const Caller& caller) {
    struct stat status;
    struct statvfs mount;
    if (stat(path.c_str(), &status) != 0 || statvfs(path.c_str(), &mount) != 0) return std::nullopt;
    if (caller.no_new_privs || (mount.f_flag & ST_NOSUID) != 0) return std::nullopt;
    if ((status.st_mode & S_ISUID) != 0 && status.st_uid != caller.user) {
        return "it is set-user-ID";
    }
    // Without group execution the bit once meant mandatory locking, and gives no privilege.
    bool set_group = (status.st_mode & S_ISGID) != 0 && (status.st_mode & S_IXGRP) != 0;
    if (set_group && status.st_gid != caller.group) return "it is set-group-ID";
    if (caller.user != 0 && has_capabilities(path)) return "it has file capabilities";
    return std::nullopt;
}

std::optional<std::string> mismatch_reason(const ElfFacts& program, const ElfFacts& library,
                                           const std::string& own_loader) {
    if (program.file_class != library.file_class || program.byte_order != library.byte_order ||
        program.machine != library.machine) {
        return "it is a " + machine_name(program) + " program, and the preload library is " +
               machine_name(library);
    }
    if (program.interpreter.empty()) return "it is statically linked";
    if (base_name(program.interpreter) != base_name(own_loader)) {
        return "it uses another C library (its loader is " + program.interpreter +
               ", the preload library's is " + own_loader + ")";
    }
    return std::nullopt;
}

void check_preloadable(const std::string& path, const std::string& library_path) {
    std::string program = final_program(path);
    std::string shown = program == path ? path : path + ": its interpreter " + program;
    auto refuse = [&](const std::string& reason) {
        throw Failure(kExitCannotExecute,
                      shown + ": " + reason + ", so the preload library cannot be loaded into it");
    };
    if (auto reason = privilege_reason(program, this_caller())) refuse(*reason);
    std::optional<ElfFacts> facts = read_elf(program);
    std::optional<ElfFacts> library = read_elf(library_path);
    std::optional<ElfFacts> own = read_elf("/proc/self/exe");
    if (!library) throw Failure(kExitRunFailure, library_path + ": not a shared library");
    if (!facts) return;
    std::string own_loader = own ? own->interpreter : facts->interpreter;
    if (auto reason = mismatch_reason(*facts, *library, own_loader)) refuse(*reason);
}

}  // namespace uaio::tools
