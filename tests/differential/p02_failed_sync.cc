// A sync of what cannot be synchronised fails, by the call or through aio_error.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tests/differential/case.h"

using namespace differential;

namespace {

int failure_of_sync(int fd) {
    aiocb sync = block_for(fd, nullptr, 0);
    if (aio_fsync(O_SYNC, &sync) != 0) return errno;
    await(sync);
    if (aio_error(&sync) != 0 && aio_return(&sync) != -1) wrong("an error without -1");
    return aio_error(&sync);
}

}  // namespace

int main() {
    int pipe = failure_of_sync(empty_pipe().writer);
    if (pipe != EINVAL) wrong("a pipe: %s instead of EINVAL", strerror(pipe));
    int closed = scratch_file();
    close(closed);
    int nothing = failure_of_sync(closed);
    if (nothing != EBADF) wrong("no descriptor: %s instead of EBADF", strerror(nothing));
    return 0;
}
