// EFBIG for a write behind the largest size of a file that the process may make.
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/differential/case.h"

using namespace differential;

int main() {
    signal(SIGXFSZ, SIG_IGN);
    int file = scratch_file();
    rlimit limit = {4096, 4096};
    ensure(setrlimit(RLIMIT_FSIZE, &limit) == 0, "limit the size of files");
    aiocb write = block_for(file, "x", 1, 8192);
    int error = 0;
    if (aio_write(&write) != 0) {
        error = errno;
    } else {
        await(write);
        error = aio_error(&write);
        if (aio_return(&write) != -1) wrong("it is written");
    }
    if (error != EFBIG) wrong("%s instead of EFBIG", strerror(error));
    return 0;
}
