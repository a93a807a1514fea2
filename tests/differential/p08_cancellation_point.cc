// aio_suspend is a cancellation point, and a thread that ends in it leaves nothing behind: others
// may go on waiting for the same request.
#include <pthread.h>

#include "tests/differential/case.h"

using namespace differential;

namespace {

aiocb waiting;

void* wait_for_ever(void*) {
    const aiocb* list[] = {&waiting};
    for (;;) aio_suspend(list, 1, nullptr);
}

}  // namespace

int main() {
    Pipe pipe = empty_pipe();
    char byte = 0;
    waiting = block_for(pipe.reader, &byte, 1);
    begin_read(waiting);
    for (int round = 0; round < 20; ++round) {
        pthread_t thread;
        void* end = nullptr;
        pthread_create(&thread, nullptr, wait_for_ever, nullptr);
        pthread_cancel(thread);
        pthread_join(thread, &end);
        if (end != PTHREAD_CANCELED) wrong("the thread ends in another way");
    }
    bytes_into(pipe.writer, "x");
    expect(waiting, 0, 1, "the read");
    return 0;
}
