// A second aio_return may fail with EINVAL, or give what the first one gave; nothing else.
#include <errno.h>

#include "tests/differential/case.h"

using namespace differential;

int main() {
    int file = scratch_file("abc");
    char bytes[3] = {};
    aiocb read = block_for(file, bytes, 3);
    begin_read(read);
    expect(read, 0, 3, "the read");
    errno = 0;
    ssize_t again = aio_return(&read);
    if (again != 3 && (again != -1 || errno != EINVAL)) wrong("aio_return gives %zd", again);
    errno = 0;
    int error = aio_error(&read);
    if (error != 0 && (error != -1 || errno != EINVAL)) wrong("aio_error gives %d", error);
    begin_read(read);
    expect(read, 0, 3, "the read again, with the same block");
    return 0;
}
