// lio_listio(LIO_WAIT) that a signal ends with EINTR has cancelled nothing.
#include <errno.h>
#include <string.h>

#include "tests/differential/case.h"

using namespace differential;

int main() {
    Pipe pipe = empty_pipe();
    char byte = 0;
    aiocb read = block_for(pipe.reader, &byte, 1);
    read.aio_lio_opcode = LIO_READ;
    aiocb* list[] = {&read};
    ring_every(1000, [](int) {});
    int result = lio_listio(LIO_WAIT, list, 1, nullptr);
    if (result != -1 || errno != EINTR) wrong("%d, %s", result, strerror(errno));
    ring_every(0, [](int) {});
    if (aio_error(&read) != EINPROGRESS) wrong("the read ends with the wait for it");
    bytes_into(pipe.writer, "x");
    expect(read, 0, 1, "the read");
    return 0;
}
