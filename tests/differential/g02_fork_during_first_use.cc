// A fork may find another thread of the parent in the middle of the process's first use of AIO: the
// child works nevertheless.
//
// That happens once in the life of a process, so many are made: each starts a thread that reads a
// byte, and forks at the same time a child that reads one too.
#include <pthread.h>

#include "tests/differential/case.h"

using namespace differential;

namespace {

constexpr int kProcesses = 200;
int file;

void read_one() {
    char byte = 0;
    aiocb block = block_for(file, &byte, 1);
    begin_read(block);
    expect(block, 0, 1, "a read");
}

void* read_in_thread(void*) {
    read_one();
    return nullptr;
}

void use_and_fork() {
    pthread_t thread;
    pthread_create(&thread, nullptr, read_in_thread, nullptr);
    in_child(read_one);
    pthread_join(thread, nullptr);
}

}  // namespace

int main() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    not_here("the sanitizer's allocator may be locked for ever in a forked child");
#endif
    file = scratch_file("x");
    for (int i = 0; i < kProcesses; ++i) in_child(use_and_fork);
    return 0;
}
