// What a request costs, in microseconds: a read of 512 cached bytes with aio_suspend, the same by
// pread, and a callback by SIGEV_THREAD. A measurement; nothing is right or wrong about it.
#include <semaphore.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <string>

#include "tests/differential/case.h"

using namespace differential;

namespace {

constexpr int kRounds = 10'000;
constexpr int kCallbacks = 2000;
constexpr size_t kBytes = 512;

int file;
char buffer[kBytes];
sem_t called;

double now_us() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

double cost(int rounds, void (*work)()) {
    for (int i = 0; i < rounds / 10; ++i) work();
    double begin = now_us();
    for (int i = 0; i < rounds; ++i) work();
    return (now_us() - begin) / rounds;
}

void read_plainly() {
    ensure(pread(file, buffer, kBytes, 0) == kBytes, "read");
}

void read_and_wait() {
    aiocb block = block_for(file, buffer, kBytes);
    begin_read(block);
    expect(block, 0, kBytes, "a read");
}

void read_and_be_called() {
    aiocb block = block_for(file, buffer, kBytes);
    block.aio_sigevent.sigev_notify = SIGEV_THREAD;
    block.aio_sigevent.sigev_notify_function = [](sigval) { sem_post(&called); };
    begin_read(block);
    while (sem_wait(&called) != 0) {
    }
    expect(block, 0, kBytes, "a read");
}

}  // namespace

int main() {
    sem_init(&called, 0, 0);
    file = scratch_file(std::string(kBytes, 'x'));
    double plain = cost(kRounds, read_plainly);
    double read = cost(kRounds, read_and_wait);
    double callback = cost(kCallbacks, read_and_be_called);
    printf("read %.1f µs, with callback %.1f µs, pread %.2f µs\n", read, callback, plain);
    return 0;
}
