// A signal that found no room is sent when there is room again soon.
//
// A sender gives up some time; POSIX sets none. So the program makes room at once, and because a
// busy machine may have been too slow all the same, it tries a few times before it says never.
#include <signal.h>
#include <sys/resource.h>

#include "tests/differential/case.h"

using namespace differential;

namespace {

constexpr int kTries = 3;

bool arrives(int file, const sigset_t& set, int token) {
    rlimit before;
    ensure(getrlimit(RLIMIT_SIGPENDING, &before) == 0, "ask for the limit");
    rlimit none = {0, before.rlim_max};
    ensure(setrlimit(RLIMIT_SIGPENDING, &none) == 0, "limit the signal queue");
    aiocb write = block_for(file, "data", 4);
    write.aio_sigevent.sigev_notify = SIGEV_SIGNAL;
    write.aio_sigevent.sigev_signo = SIGRTMIN + 1;
    write.aio_sigevent.sigev_value.sival_int = token;
    begin_write(write);
    await(write);
    ensure(setrlimit(RLIMIT_SIGPENDING, &before) == 0, "make room");
    siginfo_t info;
    timespec patience = {5, 0};
    return sigtimedwait(&set, &info, &patience) > 0 && info.si_value.sival_int == token;
}

}  // namespace

int main() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 1);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    int file = scratch_file();
    for (int token = 1; token <= kTries; ++token) {
        if (arrives(file, set, token)) return 0;
    }
    wrong("the signal is lost");
}
