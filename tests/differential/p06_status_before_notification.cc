// Whoever is notified finds the final status: aio_error is not EINPROGRESS any more, and aio_return
// has the result.
//
//     p06_status_before_notification signal | thread
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>

#include <atomic>

#include "tests/differential/case.h"

using namespace differential;

namespace {

constexpr int kRounds = 1000;
std::atomic<bool> unfinished{false};
sem_t told;

void look(aiocb* block) {
    if (aio_error(block) != 0 || aio_return(block) != 1) unfinished.store(true);
    sem_post(&told);
}

void ask(sigevent& event, bool by_signal) {
    event.sigev_notify = by_signal ? SIGEV_SIGNAL : SIGEV_THREAD;
    if (by_signal) {
        event.sigev_signo = SIGRTMIN + 1;
    } else {
        event.sigev_notify_function = [](sigval value) {
            look(static_cast<aiocb*>(value.sival_ptr));
        };
    }
}

}  // namespace

int main(int count, char** arguments) {
    ensure(count == 2, "run without an argument");
    bool by_signal = strcmp(arguments[1], "signal") == 0;
    sem_init(&told, 0, 0);
    struct sigaction action = {};
    action.sa_flags = SA_SIGINFO;
    action.sa_sigaction = [](int, siginfo_t* info, void*) {
        look(static_cast<aiocb*>(info->si_value.sival_ptr));
    };
    ensure(sigaction(SIGRTMIN + 1, &action, nullptr) == 0, "install a handler");
    int file = scratch_file("x");
    for (int round = 0; round < kRounds && !unfinished.load(); ++round) {
        char byte = 0;
        aiocb read = block_for(file, &byte, 1);
        ask(read.aio_sigevent, by_signal);
        read.aio_sigevent.sigev_value.sival_ptr = &read;
        begin_read(read);
        while (sem_wait(&told) != 0) ensure(errno == EINTR, "wait for the notification");
    }
    if (unfinished.load()) wrong("the notification comes before the status");
    return 0;
}
