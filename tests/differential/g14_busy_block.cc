// A control block that is submitted again while its request waits is refused with EBUSY when
// detection has been asked for, and the request goes on undisturbed.
#include <errno.h>
#include <string.h>

#include "tests/differential/case.h"

using namespace differential;

int main() {
    Pipe pipe = empty_pipe();
    char bytes[2] = {};
    aiocb first = block_for(pipe.reader, &bytes[0], 1);
    aiocb second = block_for(pipe.reader, &bytes[1], 1);
    begin_read(first);
    begin_read(second);
    errno = 0;
    if (aio_read(&second) == 0) wrong("a busy block is accepted");
    if (errno != EBUSY) wrong("a busy block: %s instead of EBUSY", strerror(errno));
    bytes_into(pipe.writer, "ab");
    expect(first, 0, 1, "the first read");
    expect(second, 0, 1, "the read of the busy block");
    if (bytes[0] != 'a' || bytes[1] != 'b') wrong("the reads get '%.2s'", bytes);
    return 0;
}
