// lio_listio(LIO_NOWAIT) notifies for each request, and once more for the list, when all of them
// are done.
//
//     p05_list_notification signal | thread
//
// The list reads a pipe, which gets its bytes one at a time. Before the last one the list may not
// have been notified, and what the notification finds has to be done.
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>

#include "tests/differential/case.h"

using namespace differential;

namespace {

constexpr int kReads = 5;
const int kReadSignal = SIGRTMIN + 1;
const int kListSignal = SIGRTMIN + 2;
aiocb reads[kReads];
sem_t read_calls;
sem_t list_calls;
bool by_signal;

void ask(sigevent& event, int signal, sem_t& calls) {
    event.sigev_notify = by_signal ? SIGEV_SIGNAL : SIGEV_THREAD;
    event.sigev_value.sival_ptr = &calls;
    if (by_signal) {
        event.sigev_signo = signal;
    } else {
        event.sigev_notify_attributes = nullptr;
        event.sigev_notify_function = [](sigval calls_of) {
            sem_post(static_cast<sem_t*>(calls_of.sival_ptr));
        };
    }
}

sigset_t set_of(int signal) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    return set;
}

void wait_for(int signal, sem_t& calls) {
    if (by_signal) {
        sigset_t set = set_of(signal);
        ensure(sigwaitinfo(&set, nullptr) == signal, "wait for a signal");
    } else {
        ensure(sem_wait(&calls) == 0, "wait for a call");
    }
}

bool any_left(int signal, sem_t& calls) {
    sigset_t pending;
    sigpending(&pending);
    int count;
    sem_getvalue(&calls, &count);
    return sigismember(&pending, signal) == 1 || count > 0;
}

}  // namespace

int main(int count, char** arguments) {
    ensure(count == 2, "run without an argument");
    by_signal = strcmp(arguments[1], "signal") == 0;
    sem_init(&read_calls, 0, 0);
    sem_init(&list_calls, 0, 0);
    for (int signal : {kReadSignal, kListSignal}) {
        sigset_t set = set_of(signal);
        pthread_sigmask(SIG_BLOCK, &set, nullptr);
    }
    Pipe pipe = empty_pipe();
    char bytes[kReads] = {};
    aiocb* list[kReads];
    for (int i = 0; i < kReads; ++i) {
        reads[i] = block_for(pipe.reader, &bytes[i], 1);
        reads[i].aio_lio_opcode = LIO_READ;
        ask(reads[i].aio_sigevent, kReadSignal, read_calls);
        list[i] = &reads[i];
    }
    sigevent event = {};
    ask(event, kListSignal, list_calls);
    if (lio_listio(LIO_NOWAIT, list, kReads, &event) != 0) wrong("%s", strerror(errno));
    memset(&event, 0, sizeof event);  // the call has returned, so it is the caller's again
    for (int i = 0; i < kReads; ++i) {
        if (any_left(kListSignal, list_calls)) wrong("the list is said to be done too early");
        bytes_into(pipe.writer, "x");
        wait_for(kReadSignal, read_calls);
    }
    wait_for(kListSignal, list_calls);
    for (aiocb& read : reads) {
        if (aio_error(&read) != 0) wrong("the list is said to be done before a read is");
    }
    if (any_left(kListSignal, list_calls)) wrong("the list is said to be done twice");
    if (any_left(kReadSignal, read_calls)) wrong("a read is said to be done twice");
    return 0;
}
