// aio_error, aio_return and aio_suspend may be called in a signal handler, whatever it interrupts,
// and keep errno when they succeed.
//
// A timer interrupts eight threads that submit, cancel and wait, until the handler has run so many
// times. It looks at one request that is done and at one that waits for a pipe.
#include <errno.h>
#include <pthread.h>
#include <signal.h>

#include <atomic>

#include "tests/differential/case.h"

using namespace differential;

namespace {

constexpr int kThreads = 8;
constexpr int kHandlerRuns = 1000;
int file;
aiocb done;
aiocb waiting;
std::atomic<int> handler_runs{0};
std::atomic<const char*> complaint{nullptr};

void check(bool right, const char* what) {
    if (!right) complaint.store(what);
}

void look(int) {
    int saved = errno;
    const aiocb* both[] = {&waiting, &done};
    const timespec at_once = {0, 0};
    errno = 1234;
    check(aio_error(&done) == 0, "aio_error of what is done");
    check(aio_error(&waiting) == EINPROGRESS, "aio_error of what waits");
    check(aio_return(&done) == 1, "aio_return of what is done");
    check(aio_suspend(both, 2, nullptr) == 0, "aio_suspend with what is done");
    check(errno == 1234, "errno after success");
    int result = aio_suspend(both, 1, &at_once);
    check(result == -1 && (errno == EAGAIN || errno == EINTR), "aio_suspend for what waits");
    handler_runs.fetch_add(1);
    errno = saved;
}

void* submit(void*) {
    while (handler_runs.load() < kHandlerRuns) {
        char byte = 0;
        aiocb block = block_for(file, &byte, 1);
        begin_read(block);
        aio_cancel(file, &block);
        await(block);
    }
    return nullptr;
}

}  // namespace

int main() {
    file = scratch_file("x");
    Pipe pipe = empty_pipe();
    char bytes[2] = {};
    done = block_for(file, &bytes[0], 1);
    waiting = block_for(pipe.reader, &bytes[1], 1);
    begin_read(done);
    await(done);
    begin_read(waiting);
    pthread_t threads[kThreads];
    for (pthread_t& thread : threads) pthread_create(&thread, nullptr, submit, nullptr);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);  // the main thread would take all of them
    ring_every(100, look);
    for (pthread_t thread : threads) pthread_join(thread, nullptr);
    ring_every(0, look);
    bytes_into(pipe.writer, "x");
    expect(waiting, 0, 1, "the read of the pipe");
    if (complaint.load() != nullptr) wrong("in the handler: %s", complaint.load());
    return 0;
}
