// That a signal cannot be queued changes nothing about the request: its data were written, and its
// status says so.
#include <signal.h>
#include <sys/resource.h>

#include "tests/differential/case.h"

using namespace differential;

int main() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 1);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    rlimit none = {0, 0};
    ensure(setrlimit(RLIMIT_SIGPENDING, &none) == 0, "limit the signal queue");
    int file = scratch_file();
    aiocb write = block_for(file, "data", 4);
    write.aio_sigevent.sigev_notify = SIGEV_SIGNAL;
    write.aio_sigevent.sigev_signo = SIGRTMIN + 1;
    begin_write(write);
    expect(write, 0, 4, "a write whose signal finds no room");
    if (contents_of(file) != "data") wrong("the data were not written");
    return 0;
}
