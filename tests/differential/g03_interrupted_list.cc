// lio_listio(LIO_WAIT) that a signal ends with EINTR leaves nothing behind in its stack frame: the
// requests go on, and their end harms nobody.
//
// The list waits for a pipe until a timer signal has ended the call; then the stack that the call
// used is overwritten, and the pipe gets its data.
#include <errno.h>
#include <string.h>

#include "tests/differential/case.h"

using namespace differential;

namespace {

void overwrite_stack() {
    char bytes[16384] = {};
    memset(bytes, 0x5a, sizeof bytes);
    asm volatile("" : : "r"(bytes) : "memory");  // the stores are not dropped
}

}  // namespace

int main() {
    Pipe pipe = empty_pipe();
    char bytes[2] = {};
    aiocb first = block_for(pipe.reader, &bytes[0], 1);
    aiocb second = block_for(pipe.reader, &bytes[1], 1);
    first.aio_lio_opcode = second.aio_lio_opcode = LIO_READ;
    aiocb* list[] = {&first, &second};
    ring_every(1000, [](int) {});
    int result = lio_listio(LIO_WAIT, list, 2, nullptr);
    if (result != -1 || errno != EINTR) {
        wrong("an interrupted list: %d, %s", result, strerror(errno));
    }
    ring_every(0, [](int) {});
    overwrite_stack();
    bytes_into(pipe.writer, "ab");
    expect(first, 0, 1, "the first read");
    expect(second, 0, 1, "the second read");
    if (bytes[0] != 'a' || bytes[1] != 'b') wrong("the reads get '%.2s'", bytes);
    return 0;
}
