// What a function called by SIGEV_THREAD may do: end its thread, submit the next request, give its
// control block back, and wait for ever without holding up the calls of others.
//
//     p14_callbacks pthread_exit | submit | free | block
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <string>

#include "tests/differential/callback.h"
#include "tests/differential/case.h"

using namespace differential;

namespace {

constexpr int kCalls = 200;
int file;
char byte = 0;
sem_t called;
sem_t never;
std::atomic<int> calls{0};

void end_thread(sigval) {
    sem_post(&called);
    pthread_exit(nullptr);
}

void submit_next(sigval value) {
    auto* block = static_cast<aiocb*>(value.sival_ptr);
    if (aio_error(block) != 0 || aio_return(block) != 1) wrong("in the call: the read failed");
    if (calls.fetch_add(1) + 1 < kCalls) begin_read(*block);
    sem_post(&called);
}

void free_block(sigval value) {
    free(value.sival_ptr);
    sem_post(&called);
}

void block_for_ever(sigval) {
    sem_post(&called);
    sem_wait(&never);
}

// Each call has a control block of its own, which stays.
void run(int count, void (*function)(sigval)) {
    for (int i = 0; i < count; ++i) {
        auto* block = static_cast<aiocb*>(malloc(sizeof(aiocb)));
        *block = read_with_call(file, &byte, function, block);
        begin_read(*block);
        wait_on(called);
        if (function == free_block) continue;
        expect(*block, 0, 1, "a read");
        free(block);
    }
}

}  // namespace

int main(int count, char** arguments) {
    ensure(count == 2, "run without an argument");
    std::string what = arguments[1];
    sem_init(&called, 0, 0);
    sem_init(&never, 0, 0);
    file = scratch_file("x");
    if (what == "pthread_exit") run(kCalls, end_thread);
    if (what == "free") run(kCalls, free_block);
    if (what == "block") run(50, block_for_ever);
    if (what == "submit") {
        static aiocb block = read_with_call(file, &byte, submit_next, &block);
        begin_read(block);
        for (int i = 0; i < kCalls; ++i) wait_on(called);
    }
    if (what == "block") _exit(0);
    return 0;
}
