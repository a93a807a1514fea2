// The signal mask of the thread that calls the function of SIGEV_THREAD is implementation-defined.
// A signal that the program has blocked everywhere does not strike a callback.
#include <signal.h>

#include "tests/differential/callback.h"
#include "tests/differential/case.h"

using namespace differential;

namespace {

sem_t called;
int blocked;

void look(sigval) {
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    blocked = sigismember(&mask, SIGUSR1);
    sem_post(&called);
}

}  // namespace

int main() {
    sem_init(&called, 0, 0);
    int file = scratch_file("x");
    char byte = 0;
    for (int how : {SIG_BLOCK, SIG_UNBLOCK}) {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGUSR1);
        pthread_sigmask(how, &set, nullptr);
        aiocb read = read_with_call(file, &byte, look, nullptr);
        begin_read(read);
        wait_on(called);
        expect(read, 0, 1, "the read");
        if (how == SIG_BLOCK && blocked == 0) wrong("a blocked signal is not blocked in the call");
        if (how == SIG_UNBLOCK && blocked == 1) wrong("a signal is blocked in the call");
    }
    return 0;
}
