// aio_fsync waits for every write that was queued before it, whatever their priorities.
//
// The first write is held in the kernel while one of lower priority and the sync queue behind it;
// then each call is let go as it arrives. When the sync arrives, no write may be owed any more.
#include <errno.h>
#include <fcntl.h>

#include "tests/differential/case.h"
#include "tests/differential/hold.h"

using namespace differential;

int main() {
    int file = scratch_file();
    Hold hold({file});
    aiocb first = block_for(file, "1", 1, 0);
    aiocb second = block_for(file, "2", 1, 1);
    aiocb sync = block_for(file, nullptr, 0);
    second.aio_reqprio = 5;
    begin_write(first);
    Hold::Call call = hold.wait();
    begin_write(second);
    begin_sync(sync, O_DSYNC);
    while (call.kind == Hold::Kind::kWrite) {
        hold.let_go(call);
        call = hold.wait();
    }
    for (aiocb* write : {&first, &second}) {
        if (aio_error(write) == EINPROGRESS) {
            wrong("the sync runs before a queued write of aio_reqprio %d", write->aio_reqprio);
        }
    }
    hold.let_go(call);
    expect(sync, 0, 0, "the sync");
    expect(first, 0, 1, "the first write");
    expect(second, 0, 1, "the second write");
    return 0;
}
