// aio_suspend fails with EAGAIN when the time is up, not sooner; with a timeout of 0 at once.
#include <errno.h>
#include <string.h>
#include <time.h>

#include "tests/differential/case.h"

using namespace differential;

namespace {

long long now_ns() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

}  // namespace

int main() {
    Pipe pipe = empty_pipe();
    char byte = 0;
    aiocb read = block_for(pipe.reader, &byte, 1);
    begin_read(read);
    const aiocb* list[] = {&read};
    for (long wait_ns : {0L, 1'000'000L, 50'000'000L}) {
        timespec timeout = {0, wait_ns};
        long long begin = now_ns();
        int result = aio_suspend(list, 1, &timeout);
        if (result != -1 || errno != EAGAIN) wrong("%d, %s", result, strerror(errno));
        if (now_ns() - begin < wait_ns) wrong("the time was not up");
    }
    if (aio_error(&read) != EINPROGRESS) wrong("the read ends with the wait for it");
    return 0;
}
