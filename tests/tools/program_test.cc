// Which file runs, and whether a preloaded library gets into it. Method: small files in a folder
// of the test's own; what depends on who is asking is asked on behalf of somebody else.
#define BOOST_TEST_MODULE program
#include "tools/uaio/program.h"

#include <elf.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <functional>

#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "tools/uaio/failure.h"

namespace uaio::tools {
namespace {

// A folder of its own for each case, with files of any mode.
struct Folder {
    Folder() {
        path = test::scratch_folder() + "/program_test-XXXXXX";
        test::require(mkdtemp(path.data()) != nullptr, "make a folder");
    }
    ~Folder() { std::filesystem::remove_all(path); }

    std::string file(const std::string& name, const std::string& text, mode_t mode) const {
        std::string whole = path + "/" + name;
        std::ofstream(whole) << text;
        test::require(chmod(whole.c_str(), mode) == 0, "set a mode");
        return whole;
    }

    std::string path;
};

int status_of_failure(const std::function<void()>& action) {
    try {
        action();
    } catch (const Failure& failure) {
        return failure.status();
    }
    return 0;
}

BOOST_FIXTURE_TEST_CASE(the_first_executable_on_the_path_is_found, Folder) {
    std::filesystem::create_directories(path + "/a/tool");  // a folder is passed over
    std::filesystem::create_directory(path + "/b");
    std::string expected = file("b/tool", "", 0755);
    setenv("PATH", (path + "/none:" + path + "/a:" + path + "/b").c_str(), 1);
    BOOST_TEST(find_program("tool") == expected);
}

BOOST_FIXTURE_TEST_CASE(what_is_not_there_is_not_found, Folder) {
    setenv("PATH", path.c_str(), 1);
    BOOST_TEST(status_of_failure([] { find_program("tool"); }) == kExitNotFound);
    BOOST_TEST(status_of_failure([] { find_program(""); }) == kExitNotFound);
    BOOST_TEST(status_of_failure([&] { find_program(path + "/tool"); }) == kExitNotFound);
    BOOST_TEST(status_of_failure([&] { find_program("/dev/null/x"); }) == kExitNotFound);
}

BOOST_FIXTURE_TEST_CASE(what_may_not_be_executed_is_told_apart, Folder) {
    std::string plain = file("tool", "", 0644);
    setenv("PATH", path.c_str(), 1);
    BOOST_TEST(status_of_failure([] { find_program("tool"); }) == kExitCannotExecute);
    BOOST_TEST(status_of_failure([&] { find_program(plain); }) == kExitCannotExecute);
    BOOST_TEST(status_of_failure([&] { find_program(path); }) == kExitCannotExecute);
    BOOST_TEST(status_of_failure([] { find_program("/dev/null"); }) == kExitCannotExecute);
}

BOOST_FIXTURE_TEST_CASE(an_empty_element_of_the_path_is_the_working_folder, Folder) {
    file("tool", "", 0755);
    test::require(chdir(path.c_str()) == 0, "enter the folder");
    setenv("PATH", "/nonexistent:", 1);
    BOOST_TEST(find_program("tool") == "tool");
    test::require(chdir("/") == 0, "leave the folder");
}

BOOST_FIXTURE_TEST_CASE(a_script_names_its_interpreter, Folder) {
    struct Row {
        const char* text;
        const char* interpreter;  // null: not a script
    };
    const Row rows[] = {
        {"#!/bin/sh\n", "/bin/sh"},
        {"#! \t/bin/sh -e x\n", "/bin/sh"},
        {"#!/bin/sh", "/bin/sh"},
        {"#!sh\targument", "sh"},
        {"#!\n/bin/sh", nullptr},
        {"#!  \n", nullptr},
        {"#!", nullptr},
        {"#", nullptr},
        {"", nullptr},
        {" #!/bin/sh", nullptr},
    };
    for (const Row& row : rows) {
        std::optional<std::string> found = script_interpreter(file("script", row.text, 0755));
        BOOST_TEST_CONTEXT(row.text) {
            BOOST_TEST(found.has_value() == (row.interpreter != nullptr));
            if (found && row.interpreter) BOOST_TEST(*found == row.interpreter);
        }
    }
}

BOOST_FIXTURE_TEST_CASE(a_file_that_raises_privileges_is_seen, Folder) {
    Caller owner{getuid(), getgid(), false};
    Caller stranger{getuid() + 1, getgid() + 1, false};
    Caller tamed{getuid() + 1, getgid() + 1, true};
    struct Row {
        mode_t mode;
        bool privileged;  // for a stranger
    };
    const Row rows[] = {{0755, false}, {04755, true}, {02755, true}, {06755, true}, {02745, false}};
    for (const Row& row : rows) {
        std::string program = file("program", "", row.mode);
        BOOST_TEST_CONTEXT("mode " << row.mode) {
            BOOST_TEST(!privilege_reason(program, owner).has_value());
            BOOST_TEST(privilege_reason(program, stranger).has_value() == row.privileged);
            BOOST_TEST(!privilege_reason(program, tamed).has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(library_and_program_must_match) {
    const ElfFacts library{ELFCLASS64, ELFDATA2LSB, EM_X86_64, ""};
    const std::string loader = "/lib64/ld-linux-x86-64.so.2";
    ElfFacts program = library;
    program.interpreter = "/other/place/ld-linux-x86-64.so.2";
    BOOST_TEST(!mismatch_reason(program, library, loader).has_value());

    ElfFacts statically_linked = library;
    BOOST_TEST(*mismatch_reason(statically_linked, library, loader) == "it is statically linked");

    ElfFacts other_libc = program;
    other_libc.interpreter = "/lib/ld-musl-x86_64.so.1";
    BOOST_TEST(mismatch_reason(other_libc, library, loader)->find("ld-musl") != std::string::npos);

    ElfFacts narrow = program;
    narrow.file_class = ELFCLASS32;
    narrow.machine = EM_386;
    BOOST_TEST(mismatch_reason(narrow, library, loader)->find("32-bit x86") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(what_runs_a_script_is_judged_in_its_place, Folder) {
    const std::string self = "/proc/self/exe";
    auto status = [&](const std::string& text) {
        std::string script = file("script", text, 0755);
        return status_of_failure([&] { check_preloadable(script, self); });
    };
    BOOST_TEST(status("#!/proc/self/exe\n") == 0);
    BOOST_TEST(status("no format known here") == 0);
    BOOST_TEST(status("#!/nonexistent/sh\n") == kExitNotFound);
    BOOST_TEST(status("#!" + path + "\n") == kExitCannotExecute);
    BOOST_TEST(status("#!" + path + "/script\n") == kExitCannotExecute);  // runs itself
}

}  // namespace
}  // namespace uaio::tools
