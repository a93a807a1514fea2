// aio_cancel(fd, NULL) cancels every request of the descriptor that does not run, says
// AIO_NOTCANCELED if one does, and leaves other descriptors alone.
//
// The first write is held in the kernel; nine of the same file and one of another queue behind it
// and the only worker.
#include <errno.h>

#include "tests/differential/case.h"
#include "tests/differential/hold.h"

using namespace differential;

int main() {
    pool_of_one();
    int file = scratch_file();
    int other = scratch_file();
    Hold hold({file}, 0);
    aiocb writes[10];
    for (int i = 0; i < 10; ++i) {
        writes[i] = block_for(file, "x", 1, 2 * i);  // apart: what is adjacent may run as one
        begin_write(writes[i]);
    }
    Hold::Call call = hold.wait();
    aiocb elsewhere = block_for(other, "x", 1);
    begin_write(elsewhere);
    int answer = aio_cancel(file, nullptr);
    if (answer != AIO_NOTCANCELED) wrong("aio_cancel says %s", cancel_answer(answer));
    for (int i = 1; i < 10; ++i) expect(writes[i], ECANCELED, -1, "a queued write");
    if (aio_error(&writes[0]) != EINPROGRESS) wrong("the running write has a status");
    hold.let_go(call);
    expect(writes[0], 0, 1, "the running write");
    expect(elsewhere, 0, 1, "the write to another file");
    if (contents_of(file) != "x") wrong("a cancelled write reached the file");
    return 0;
}
