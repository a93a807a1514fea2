// Writes that are queued when the process calls exit are in the file afterwards, when that has been
// asked for.
//
// A child holds the first write in the kernel, queues the others behind it, and lets go from inside
// exit, so all are owed at that time. They are so many that a process that does not wait for them
// is gone before they are written.
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "tests/differential/case.h"
#include "tests/differential/hold.h"

using namespace differential;

namespace {

constexpr int kWrites = 2000;
int file;
std::optional<Hold> hold;
Hold::Call first;
aiocb writes[kWrites];

[[noreturn]] void write_and_exit() {
    pool_of_one();
    hold.emplace(std::initializer_list<int>{file}, 0);
    for (int i = 0; i < kWrites; ++i) {
        writes[i] = block_for(file, "x", 1, i);
        begin_write(writes[i]);
        if (i == 0) first = hold->wait();
    }
    atexit([] { hold->let_go(first); });
    exit(0);
}

}  // namespace

int main() {
    file = scratch_file();
    pid_t child = fork();
    ensure(child >= 0, "fork");
    if (child == 0) write_and_exit();
    int status;
    ensure(waitpid(child, &status, 0) == child && status == 0, "run a child to its end");
    size_t written = contents_of(file).size();
    if (written != kWrites) wrong("%zu of %d writes are in the file", written, kWrites);
    return 0;
}
