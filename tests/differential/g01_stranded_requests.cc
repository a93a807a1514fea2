// Cancelling the request that is next on a descriptor must not strand the requests behind it.
//
// The only worker is held in a read of one file. Two writes to another file queue, the first is
// cancelled; the second, and a later third, have to run once the worker is free.
#include "tests/differential/case.h"
#include "tests/differential/hold.h"

using namespace differential;

int main() {
    pool_of_one();
    int busy = scratch_file("x");
    int file = scratch_file();
    Hold hold({busy});
    char byte = 0;
    aiocb running = block_for(busy, &byte, 1);
    begin_read(running);
    Hold::Call call = hold.wait();

    aiocb first = block_for(file, "1", 1, 0);
    aiocb second = block_for(file, "2", 1, 1);
    begin_write(first);
    begin_write(second);
    int answer = aio_cancel(file, &first);
    if (answer != AIO_CANCELED) wrong("a queued write: aio_cancel says %s", cancel_answer(answer));
    hold.let_go(call);
    expect(running, 0, 1, "the read");
    expect(second, 0, 1, "the write behind the cancelled one");
    aiocb third = block_for(file, "3", 1, 2);
    begin_write(third);
    expect(third, 0, 1, "a later write");
    return 0;
}
