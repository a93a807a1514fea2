// A list of AIO_LISTIO_MAX entries works; where that has no limit, one of 100,000.
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <vector>

#include "tests/differential/case.h"

using namespace differential;

int main() {
    long limit = sysconf(_SC_AIO_LISTIO_MAX);
    size_t entries = limit == -1 || limit > 100'000 ? 100'000 : static_cast<size_t>(limit);
    int file = scratch_file("x");
    std::vector<char> bytes(entries);
    std::vector<aiocb> blocks(entries);
    std::vector<aiocb*> list;
    for (size_t i = 0; i < entries; ++i) {
        blocks[i] = block_for(file, &bytes[i], 1);
        blocks[i].aio_lio_opcode = LIO_READ;
        list.push_back(&blocks[i]);
    }
    if (lio_listio(LIO_WAIT, list.data(), static_cast<int>(entries), nullptr) != 0) {
        wrong("a list of %zu entries: %s", entries, strerror(errno));
    }
    for (size_t i = 0; i < entries; ++i) {
        expect(blocks[i], 0, 1, "an entry");
        if (bytes[i] != 'x') wrong("an entry brings no data");
    }
    return 0;
}
