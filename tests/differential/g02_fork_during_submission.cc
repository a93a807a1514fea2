// A fork may find other threads of the parent in the middle of submitting and cancelling: the child
// works nevertheless.
//
// Two threads submit and cancel without pause; the main thread forks children, each of which reads
// a byte.
#include <pthread.h>

#include <atomic>

#include "tests/differential/case.h"

using namespace differential;

namespace {

constexpr int kChildren = 100;
constexpr int kThreads = 2;
int file;
std::atomic<bool> stop{false};

void* submit(void*) {
    while (!stop.load()) {
        char byte = 0;
        aiocb block = block_for(file, &byte, 1);
        begin_read(block);
        aio_cancel(file, &block);
        await(block);
    }
    return nullptr;
}

void read_one() {
    char byte = 0;
    aiocb block = block_for(file, &byte, 1);
    begin_read(block);
    expect(block, 0, 1, "a read");
}

}  // namespace

int main() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    not_here("the sanitizer's allocator may be locked for ever in a forked child");
#endif
    file = scratch_file("x");
    pthread_t threads[kThreads];
    read_one();
    for (pthread_t& thread : threads) pthread_create(&thread, nullptr, submit, nullptr);
    for (int i = 0; i < kChildren; ++i) in_child(read_one);
    stop.store(true);
    for (pthread_t thread : threads) pthread_join(thread, nullptr);
    return 0;
}
