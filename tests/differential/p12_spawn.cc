// A program that is started with posix_spawn or vfork closes descriptors of its own, not its
// parent's: the parent's requests on them go on.
#include <errno.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/differential/case.h"

using namespace differential;

namespace {

void wait_for_child(pid_t child, const char* how) {
    int status;
    ensure(waitpid(child, &status, 0) == child, "wait for a child");
    if (status != 0) wrong("a program started with %s fails", how);
}

}  // namespace

int main(int count, char** arguments) {
    if (count == 2) return 0;  // the started program
    Pipe pipe = empty_pipe();
    char byte = 0;
    aiocb read = block_for(pipe.reader, &byte, 1);
    begin_read(read);
    char again[] = "again";
    char self[] = "/proc/self/exe";
    char* const with[] = {arguments[0], again, nullptr};

    pid_t child = vfork();
    if (child == 0) {
        close(pipe.reader);
        execv(self, with);
        _exit(99);
    }
    wait_for_child(child, "vfork");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addclose(&actions, pipe.reader);
    errno = posix_spawn(&child, self, &actions, nullptr, with, environ);
    ensure(errno == 0, "posix_spawn");
    posix_spawn_file_actions_destroy(&actions);
    wait_for_child(child, "posix_spawn");

    if (aio_error(&read) != EINPROGRESS) wrong("the parent's read ends with the child's close");
    bytes_into(pipe.writer, "x");
    expect(read, 0, 1, "the parent's read");
    return 0;
}
