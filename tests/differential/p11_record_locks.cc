// A process keeps its record locks on a file through everything that AIO does with it. (They would
// be gone if an implementation closed a duplicate of the descriptor.)
#include <fcntl.h>

#include "tests/differential/case.h"

using namespace differential;

namespace {

int file;

// In a child: locks belong to the process.
void look_for_lock() {
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    ensure(fcntl(file, F_GETLK, &lock) == 0, "look for a lock");
    if (lock.l_type == F_UNLCK) wrong("the lock is gone");
}

}  // namespace

int main() {
    file = scratch_file("x");
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    ensure(fcntl(file, F_SETLK, &lock) == 0, "lock");
    char byte = 0;
    aiocb read = block_for(file, &byte, 1);
    aiocb write = block_for(file, "y", 1);
    aiocb sync = block_for(file, nullptr, 0);
    begin_read(read);
    begin_write(write);
    begin_sync(sync, O_SYNC);
    expect(read, 0, 1, "the read");
    expect(write, 0, 1, "the write");
    expect(sync, 0, 0, "the sync");
    aio_cancel(file, nullptr);
    in_child(look_for_lock);
    return 0;
}
