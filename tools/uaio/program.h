// Which file a command name stands for, and whether a preloaded library would get into it.
//
// The dynamic loader ignores LD_PRELOAD, without a word, in programs that gain privileges, and
// there is no dynamic loader in a static program. Such a program would run on the system's AIO
// while its user believes otherwise, so `uaio run` refuses it. What runs a script is judged in
// place of the script. Only the first program is judged: what it executes later runs as it can.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "tools/uaio/elf.h"

namespace uaio::tools {

// The file that execvp(3) would execute for `name`: itself where it has a slash, else the first
// executable one of that name on the PATH. Throws Failure with kExitNotFound, or with
// kExitCannotExecute where a file of that name exists, but may not be executed.
std::string find_program(const std::string& name);

// The program that a script's first line names; nothing where the file at `path` does not begin
// with "#!" or cannot be read.
std::optional<std::string> script_interpreter(const std::string& path);

// What decides whether execution raises privileges, apart from the file itself.
struct Caller {
    uid_t user;  // the real ids, which the kernel compares with the new effective ones
    gid_t group;
    bool no_new_privs;  // PR_SET_NO_NEW_PRIVS: nothing is ever gained
};

Caller this_caller();

// Why the loader would distrust the program ("it is set-user-ID" …); nothing where it would not.
// The owner, mode, mount options and capabilities are those of the file at `path`.
std::optional<std::string> privilege_reason(const std::string& path, const Caller& caller);

// Why a library with the facts `library`, used by programs of the loader `own_loader`, cannot get
// into `program`; nothing where it can.
std::optional<std::string> mismatch_reason(const ElfFacts& program, const ElfFacts& library,
                                           const std::string& own_loader);

// Throws Failure with kExitCannotExecute (kExitNotFound where an interpreter is missing) unless
// the library at `library_path` would be loaded into the program at `path`. A file of a format
// unknown here is let through: execution will tell.
void check_preloadable(const std::string& path, const std::string& library_path);

}  // namespace uaio::tools
