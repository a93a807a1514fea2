// A cancellation that meets a request anywhere on its way has exactly one outcome, which agrees
// with the answer, and exactly one notification comes of it.
#include <errno.h>
#include <semaphore.h>
#include <string.h>

#include "tests/differential/case.h"

using namespace differential;

namespace {

constexpr int kRounds = 5000;
sem_t called;

// So that the cancellation comes sooner or later.
void work_for(int steps) {
    for (int i = 0; i < steps; ++i) asm volatile("" : : : "memory");
}

void check(const aiocb& block, int answer, int error_at_once) {
    int error = aio_error(&block);
    bool right = false;
    switch (answer) {
        case AIO_CANCELED:
            right = error_at_once == ECANCELED && error == ECANCELED;
            break;
        case AIO_NOTCANCELED:
            right = error == 0;
            break;
        case AIO_ALLDONE:
            right = error_at_once == 0 && error == 0;
            break;
    }
    if (!right) {
        wrong("aio_cancel says %s, then aio_error %s, in the end %s", cancel_answer(answer),
              strerror(error_at_once), strerror(error));
    }
}

}  // namespace

int main() {
    sem_init(&called, 0, 0);
    int file = scratch_file("x");
    for (int round = 0; round < kRounds; ++round) {
        char byte = 0;
        aiocb read = block_for(file, &byte, 1);
        read.aio_sigevent.sigev_notify = SIGEV_THREAD;
        read.aio_sigevent.sigev_notify_function = [](sigval) { sem_post(&called); };
        begin_read(read);
        work_for(round % 500);
        int answer = aio_cancel(file, &read);
        int error_at_once = aio_error(&read);
        await(read);
        ensure(sem_wait(&called) == 0, "wait for the call");
        check(read, answer, error_at_once);
        if (aio_return(&read) != (answer == AIO_CANCELED ? -1 : 1)) wrong("another result");
    }
    if (sem_trywait(&called) == 0) wrong("one call too many");
    return 0;
}
