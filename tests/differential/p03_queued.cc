// A queued request that aio_cancel answers AIO_CANCELED for ends with ECANCELED and -1 and makes
// its normal notification; the requests beside it are not touched.
//
//     p03_queued none | signal | thread
#include <errno.h>
#include <semaphore.h>
#include <signal.h>

#include <string>

#include "tests/differential/case.h"

using namespace differential;

namespace {

sem_t called;

void ask_for(aiocb& block, const std::string& kind) {
    sigevent& event = block.aio_sigevent;
    event.sigev_value.sival_int = 42;
    if (kind == "signal") {
        event.sigev_notify = SIGEV_SIGNAL;
        event.sigev_signo = SIGRTMIN + 1;
    } else if (kind == "thread") {
        event.sigev_notify = SIGEV_THREAD;
        event.sigev_notify_function = [](sigval value) {
            if (value.sival_int == 42) sem_post(&called);
        };
    }
}

void wait_for_notification(const std::string& kind, const sigset_t& set) {
    if (kind == "signal") {
        siginfo_t info;
        ensure(sigwaitinfo(&set, &info) == SIGRTMIN + 1, "wait for a signal");
        if (info.si_value.sival_int != 42) wrong("the signal carries another value");
    } else if (kind == "thread") {
        ensure(sem_wait(&called) == 0, "wait for the call");
    }
}

}  // namespace

int main(int count, char** arguments) {
    ensure(count == 2, "run without an argument");
    sem_init(&called, 0, 0);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 1);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    Pipe pipe = empty_pipe();
    char bytes[3] = {};
    aiocb reads[3];
    for (int i = 0; i < 3; ++i) reads[i] = block_for(pipe.reader, &bytes[i], 1);
    ask_for(reads[1], arguments[1]);
    for (aiocb& read : reads) begin_read(read);
    int answer = aio_cancel(pipe.reader, &reads[1]);
    if (answer != AIO_CANCELED) wrong("aio_cancel says %s", cancel_answer(answer));
    if (aio_error(&reads[1]) != ECANCELED) wrong("the status is not there when aio_cancel returns");
    wait_for_notification(arguments[1], set);
    expect(reads[1], ECANCELED, -1, "the cancelled read");
    for (int i : {0, 2}) {
        if (aio_error(&reads[i]) != EINPROGRESS) wrong("another read ended with it");
    }
    bytes_into(pipe.writer, "ab");
    expect(reads[0], 0, 1, "the first read");
    expect(reads[2], 0, 1, "the third read");
    return 0;
}
