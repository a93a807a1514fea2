// A list with nothing to do is done at once, and its notification says so.
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "tests/differential/case.h"

using namespace differential;

int main() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 1);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    sigevent event = {};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGRTMIN + 1;
    aiocb nothing = block_for(-1, nullptr, 0);
    nothing.aio_lio_opcode = LIO_NOP;
    aiocb* list[] = {nullptr, &nothing};
    if (lio_listio(LIO_NOWAIT, list, 2, &event) != 0) wrong("%s", strerror(errno));
    ensure(sigwaitinfo(&set, nullptr) == SIGRTMIN + 1, "wait for the signal");
    return 0;
}
