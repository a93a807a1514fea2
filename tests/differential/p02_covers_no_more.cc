// aio_fsync does not wait for what was queued after it: the later write is held in the kernel until
// the sync is done.
#include <errno.h>
#include <fcntl.h>

#include "tests/differential/case.h"
#include "tests/differential/hold.h"

using namespace differential;

int main() {
    constexpr off_t kLater = 4096;
    int file = scratch_file();
    Hold hold({file}, kLater);
    aiocb before = block_for(file, "1", 1, 0);
    aiocb sync = block_for(file, nullptr, 0);
    aiocb after = block_for(file, "2", 1, kLater);
    begin_write(before);
    begin_sync(sync, O_SYNC);
    begin_write(after);
    expect(sync, 0, 0, "the sync");
    if (aio_error(&after) != EINPROGRESS) wrong("the held write is done");
    hold.let_go(hold.wait());
    expect(before, 0, 1, "the write before");
    expect(after, 0, 1, "the write after");
    return 0;
}
