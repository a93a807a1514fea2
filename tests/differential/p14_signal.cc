// SIGEV_SIGNAL queues the signal to the process with si_code SI_ASYNCIO and the value of the
// sigevent, once for each request.
#include <signal.h>
#include <unistd.h>

#include "tests/differential/case.h"

using namespace differential;

int main() {
#ifdef UAIO_TEST_PORTABLE
    not_here("sigqueue, all that POSIX has for the purpose, says SI_QUEUE");
#endif
    constexpr int kReads = 10;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 1);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    int file = scratch_file("x");
    char bytes[kReads] = {};
    aiocb reads[kReads];
    for (int i = 0; i < kReads; ++i) {
        reads[i] = block_for(file, &bytes[i], 1);
        reads[i].aio_sigevent.sigev_notify = SIGEV_SIGNAL;
        reads[i].aio_sigevent.sigev_signo = SIGRTMIN + 1;
        reads[i].aio_sigevent.sigev_value.sival_int = i;
        begin_read(reads[i]);
    }
    int seen = 0;
    for (int i = 0; i < kReads; ++i) {
        siginfo_t info;
        ensure(sigwaitinfo(&set, &info) == SIGRTMIN + 1, "wait for a signal");
        if (info.si_code != SI_ASYNCIO) wrong("si_code is %d", info.si_code);
        if (info.si_pid != getpid()) wrong("si_pid is %d", info.si_pid);
        seen |= 1 << info.si_value.sival_int;
    }
    if (seen != (1 << kReads) - 1) wrong("a request's value is missing");
    for (aiocb& read : reads) expect(read, 0, 1, "a read");
    sigset_t pending;
    sigpending(&pending);
    if (sigismember(&pending, SIGRTMIN + 1) == 1) wrong("one signal too many");
    return 0;
}
