// aio_fsync covers all writes that were queued when it was called, at every priority.
//
//     p02_covers_older_writes same | other
//
// For each aio_reqprio two writes and a sync are queued while the first write is held; then each
// call is let go as it arrives. `other`: the writes are queued through another descriptor of the
// same file; the sync is one of the file.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tests/differential/case.h"
#include "tests/differential/hold.h"

using namespace differential;

namespace {

void sync_behind_writes(int writing, int syncing, int priority, Hold& hold) {
    aiocb first = block_for(writing, "1", 1, 0);
    aiocb second = block_for(writing, "2", 1, 1);
    aiocb sync = block_for(syncing, nullptr, 0);
    second.aio_reqprio = priority;
    begin_write(first);
    Hold::Call call = hold.wait();
    begin_write(second);
    begin_sync(sync, O_SYNC);
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
}

}  // namespace

int main(int count, char** arguments) {
    ensure(count == 2, "run without an argument");
    int writing = scratch_file();
    int syncing = strcmp(arguments[1], "other") == 0 ? reopened(writing, O_RDWR) : writing;
    Hold hold({writing, syncing});
    for (int priority = 0; priority <= sysconf(_SC_AIO_PRIO_DELTA_MAX); ++priority) {
        sync_behind_writes(writing, syncing, priority, hold);
    }
    return 0;
}
