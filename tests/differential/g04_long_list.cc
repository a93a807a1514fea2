// lio_listio takes a list as long as AIO_LISTIO_MAX allows, which is no limit where sysconf says
// -1; the stack has nothing to do with it. All but one of the entries are NULL.
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <vector>

#include "tests/differential/case.h"

using namespace differential;

int main() {
    int entries = 600'000;
    long limit = sysconf(_SC_AIO_LISTIO_MAX);
    if (limit >= 0 && limit < entries) entries = static_cast<int>(limit);
    int file = scratch_file("x");
    char byte = 0;
    aiocb block = block_for(file, &byte, 1);
    block.aio_lio_opcode = LIO_READ;
    std::vector<aiocb*> list(static_cast<size_t>(entries), nullptr);
    list.back() = &block;
    for (int mode : {LIO_WAIT, LIO_NOWAIT}) {
        if (lio_listio(mode, list.data(), entries, nullptr) != 0) {
            wrong("a list of %d entries: %s", entries, strerror(errno));
        }
        expect(block, 0, 1, "the read");
    }
    return 0;
}
