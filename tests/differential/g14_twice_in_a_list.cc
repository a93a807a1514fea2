// A control block that stands in a list twice is refused the second time when detection has been
// asked for: EIO from the call, and the request of the first time goes on.
#include <errno.h>
#include <string.h>

#include "tests/differential/case.h"

using namespace differential;

int main() {
    Pipe pipe = empty_pipe();
    char byte = 0;
    aiocb read = block_for(pipe.reader, &byte, 1);
    read.aio_lio_opcode = LIO_READ;
    aiocb* list[] = {&read, &read};
    errno = 0;
    if (lio_listio(LIO_NOWAIT, list, 2, nullptr) == 0) wrong("a list with a block twice is taken");
    if (errno != EIO) wrong("a list with a block twice: %s instead of EIO", strerror(errno));
    bytes_into(pipe.writer, "x");
    expect(read, 0, 1, "the read");
    return 0;
}
