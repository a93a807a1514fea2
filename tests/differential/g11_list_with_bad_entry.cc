// lio_listio with an entry that cannot be accepted fails with EIO, in either mode; the others run,
// and the entry's own block says why it did not.
//
//     g11_list_with_bad_entry wait | nowait
#include <errno.h>
#include <string.h>

#include "tests/differential/case.h"

using namespace differential;

int main(int count, char** arguments) {
    ensure(count == 2, "run without an argument");
    int mode = strcmp(arguments[1], "wait") == 0 ? LIO_WAIT : LIO_NOWAIT;
    int file = scratch_file("x");
    char bytes[2] = {};
    aiocb good = block_for(file, &bytes[0], 1);
    aiocb bad = block_for(file, &bytes[1], 1);
    bad.aio_reqprio = -1;
    good.aio_lio_opcode = bad.aio_lio_opcode = LIO_READ;
    aiocb* list[] = {&bad, &good};
    errno = 0;
    int result = lio_listio(mode, list, 2, nullptr);
    int error = errno;
    expect(good, 0, 1, "the good entry");
    if (result != -1 || error != EIO) wrong("%d with %s, not EIO", result, strerror(error));
    expect(bad, EINVAL, -1, "the bad entry");
    return 0;
}
