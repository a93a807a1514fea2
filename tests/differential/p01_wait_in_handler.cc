// A signal handler may interrupt its thread in the middle of aio_read or aio_cancel and wait in
// aio_suspend, without a timeout, for another request.
//
// The main thread submits and cancels without pause. A helper has a read of an empty pipe under
// way and feeds the pipe only when a handler has said that it is about to wait for the read.
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>

#include <atomic>

#include "tests/differential/case.h"

using namespace differential;

namespace {

constexpr int kWaits = 300;
Pipe pipes;
aiocb awaited;
std::atomic<bool> under_way{false};
std::atomic<bool> finished{false};
sem_t handler_waits;
sem_t handler_is_done;

void wait_for_it(int) {
    int saved = errno;
    if (under_way.exchange(false)) {
        const aiocb* list[] = {&awaited};
        sem_post(&handler_waits);
        while (aio_error(&awaited) == EINPROGRESS) aio_suspend(list, 1, nullptr);
        sem_post(&handler_is_done);
    }
    errno = saved;
}

void wait_on(sem_t* semaphore) {
    while (sem_wait(semaphore) != 0) {
    }
}

void* feed(void*) {
    for (int i = 0; i < kWaits; ++i) {
        char byte = 0;
        awaited = block_for(pipes.reader, &byte, 1);
        begin_read(awaited);
        under_way.store(true);
        wait_on(&handler_waits);
        bytes_into(pipes.writer, "x");
        wait_on(&handler_is_done);
    }
    finished.store(true);
    return nullptr;
}

}  // namespace

int main() {
    pipes = empty_pipe();
    sem_init(&handler_waits, 0, 0);
    sem_init(&handler_is_done, 0, 0);
    int file = scratch_file("x");
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    pthread_t helper;
    pthread_create(&helper, nullptr, feed, nullptr);
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    ring_every(100, wait_for_it);
    while (!finished.load()) {
        char byte = 0;
        aiocb block = block_for(file, &byte, 1);
        begin_read(block);
        aio_cancel(file, &block);
        await(block);
    }
    ring_every(0, wait_for_it);
    pthread_join(helper, nullptr);
    return 0;
}
