// A read that waits for a pipe when its descriptor is closed is cancelled, or gets the data that
// come later. It does not wait for ever.
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/differential/case.h"

using namespace differential;

int main() {
    signal(SIGPIPE, SIG_IGN);
    Pipe pipe = empty_pipe();
    char byte = 0;
    aiocb read = block_for(pipe.reader, &byte, 1);
    begin_read(read);
    ensure(close(pipe.reader) == 0, "close");
    ssize_t fed = write(pipe.writer, "x", 1);
    ensure(fed == 1 || errno == EPIPE, "write to the pipe");
    await(read);
    bool cancelled = aio_error(&read) == ECANCELED && aio_return(&read) == -1;
    bool got_it = aio_error(&read) == 0 && aio_return(&read) == 1 && byte == 'x';
    if (!cancelled && !got_it) wrong("it ends with %s", strerror(aio_error(&read)));
    return 0;
}
