// lio_listio(LIO_WAIT) with an entry that fails while it runs, or whose operation does not exist,
// returns EIO; the others are done, and each block has its own status.
#include <errno.h>
#include <string.h>

#include "tests/differential/case.h"

using namespace differential;

int main() {
    int file = scratch_file("x");
    char byte = 0;
    aiocb good = block_for(file, &byte, 1);
    aiocb unreadable = block_for(file, nullptr, 1);  // EFAULT
    aiocb unknown = block_for(file, &byte, 1);
    good.aio_lio_opcode = unreadable.aio_lio_opcode = LIO_READ;
    unknown.aio_lio_opcode = 77;
    for (aiocb* bad : {&unreadable, &unknown}) {
        aiocb* list[] = {bad, &good};
        errno = 0;
        int result = lio_listio(LIO_WAIT, list, 2, nullptr);
        if (result != -1 || errno != EIO) wrong("%d with %s, not EIO", result, strerror(errno));
        expect(good, 0, 1, "the good entry");
        expect(*bad, bad == &unknown ? EINVAL : EFAULT, -1, "the bad entry");
    }
    return 0;
}
