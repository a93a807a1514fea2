// aio_suspend fails with EINTR when a signal handler has run.
#include <errno.h>
#include <string.h>

#include "tests/differential/case.h"

using namespace differential;

int main() {
    Pipe pipe = empty_pipe();
    char byte = 0;
    aiocb read = block_for(pipe.reader, &byte, 1);
    begin_read(read);
    const aiocb* list[] = {&read};
    ring_every(1000, [](int) {});
    int result = aio_suspend(list, 1, nullptr);
    if (result != -1 || errno != EINTR) wrong("%d, %s", result, strerror(errno));
    return 0;
}
