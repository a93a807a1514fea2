// A zeroed control block with the public members set asks, on Linux, for SIGEV_SIGNAL with signal
// 0. Programs have such blocks; they are accepted and nothing is sent.
#include <aio.h>
#include <string.h>

#include "tests/differential/case.h"

using namespace differential;

int main() {
    int file = scratch_file("x");
    char byte = 0;
    aiocb read;
    memset(&read, 0, sizeof read);
    read.aio_fildes = file;
    read.aio_buf = &byte;
    read.aio_nbytes = 1;
    begin_read(read);
    expect(read, 0, 1, "the read");
    return 0;
}
