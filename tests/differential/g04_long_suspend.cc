// aio_suspend takes a list as long as the program likes; the stack has nothing to do with it.
#include <errno.h>
#include <string.h>

#include <vector>

#include "tests/differential/case.h"

using namespace differential;

int main() {
    constexpr int kEntries = 600'000;
    Pipe pipe = empty_pipe();
    char byte = 0;
    aiocb block = block_for(pipe.reader, &byte, 1);
    begin_read(block);
    std::vector<const aiocb*> list(kEntries, nullptr);
    list[kEntries - 1] = &block;
    timespec soon = {0, 1000};
    if (aio_suspend(list.data(), kEntries, &soon) != -1 || errno != EAGAIN) {
        wrong("a list of %d entries: %s", kEntries, strerror(errno));
    }
    bytes_into(pipe.writer, "x");
    while (aio_suspend(list.data(), kEntries, nullptr) != 0) {
        if (errno != EINTR) wrong("a list of %d entries: %s", kEntries, strerror(errno));
    }
    expect(block, 0, 1, "the read");
    return 0;
}
