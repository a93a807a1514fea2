// A kind of notification or a signal that does not exist is refused with EINVAL when detection has
// been asked for.
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "tests/differential/case.h"

using namespace differential;

namespace {

void expect_refusal(int file, int kind, int signal, const char* name) {
    char byte = 0;
    aiocb read = block_for(file, &byte, 1);
    read.aio_sigevent.sigev_notify = kind;
    read.aio_sigevent.sigev_signo = signal;
    errno = 0;
    if (aio_read(&read) == 0) wrong("%s is accepted", name);
    if (errno != EINVAL) wrong("%s: %s instead of EINVAL", name, strerror(errno));
}

}  // namespace

int main() {
    int file = scratch_file("x");
    expect_refusal(file, 99, 0, "sigev_notify 99");
    expect_refusal(file, SIGEV_SIGNAL, SIGRTMAX + 1, "a signal number above SIGRTMAX");
    expect_refusal(file, SIGEV_SIGNAL, -1, "signal -1");
    return 0;
}
