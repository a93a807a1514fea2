// aio_error and aio_return of a block that was never submitted are reported when detection has been
// asked for.
#include <errno.h>

#include "tests/differential/case.h"

using namespace differential;

int main() {
    int file = scratch_file("x");
    char byte = 0;
    aiocb other = block_for(file, &byte, 1);
    begin_read(other);
    expect(other, 0, 1, "a read");
    aiocb never = block_for(file, &byte, 1);
    errno = 0;
    int error = aio_error(&never);
    if (error != -1 || errno != EINVAL) wrong("aio_error gives %d", error);
    errno = 0;
    ssize_t result = aio_return(&never);
    if (result != -1 || errno != EINVAL) wrong("aio_return gives %zd", result);
    return 0;
}
