// A second aio_return of the same request, and aio_error after the first, are reported when
// detection has been asked for.
#include <errno.h>

#include "tests/differential/case.h"

using namespace differential;

int main() {
    int file = scratch_file("x");
    char byte = 0;
    aiocb read = block_for(file, &byte, 1);
    begin_read(read);
    expect(read, 0, 1, "the read");
    errno = 0;
    ssize_t again = aio_return(&read);
    if (again != -1 || errno != EINVAL) wrong("a second aio_return gives %zd", again);
    errno = 0;
    int error = aio_error(&read);
    if (error != -1 || errno != EINVAL) wrong("aio_error after aio_return gives %d", error);
    return 0;
}
