// EBADF for what is no descriptor or not open for the operation, EINVAL for an offset, a priority
// or a size that cannot be: by the call or through aio_error, and then with -1 from aio_return.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "tests/differential/case.h"

using namespace differential;

namespace {

char byte = 0;

void expect_error(int (*submit)(aiocb*), aiocb block, int error, const char* name) {
    int seen = 0;
    if (submit(&block) != 0) {
        seen = errno;
    } else {
        await(block);
        seen = aio_error(&block);
        ssize_t result = aio_return(&block);
        if (seen != 0 && result != -1) wrong("%s: an error, and %zd", name, result);
    }
    if (seen != error) wrong("%s: %s", name, strerror(seen));
}

}  // namespace

int main() {
    int file = scratch_file("x");
    int read_only = reopened(file, O_RDONLY);
    int write_only = reopened(file, O_WRONLY);
    int closed = reopened(file, O_RDWR);
    close(closed);
    for (auto submit : {aio_read, aio_write}) {
        expect_error(submit, block_for(closed, &byte, 1), EBADF, "a closed descriptor");
        expect_error(submit, block_for(-1, &byte, 1), EBADF, "descriptor -1");
        expect_error(submit, block_for(file, &byte, 1, -1), EINVAL, "offset -1");
        aiocb urgent = block_for(file, &byte, 1);
        urgent.aio_reqprio = -1;
        expect_error(submit, urgent, EINVAL, "aio_reqprio -1");
        aiocb huge = block_for(file, &byte, size_t{SSIZE_MAX} + 1);
        expect_error(submit, huge, EINVAL, "more than SSIZE_MAX bytes");
    }
    expect_error(aio_read, block_for(write_only, &byte, 1), EBADF, "reading what is write-only");
    expect_error(aio_write, block_for(read_only, &byte, 1), EBADF, "writing what is read-only");
    if (contents_of(file) != "x") wrong("a request that fails writes");
    return 0;
}
