// A request that waits for a pipe does not hold back requests on files, not even with one worker.
#include "tests/differential/case.h"

using namespace differential;

int main() {
    pool_of_one();
    Pipe pipe = empty_pipe();
    int file = scratch_file("x");
    char bytes[2] = {};
    aiocb waiting = block_for(pipe.reader, &bytes[0], 1);
    aiocb read = block_for(file, &bytes[1], 1);
    begin_read(waiting);
    begin_read(read);
    expect(read, 0, 1, "the read of a file");
    bytes_into(pipe.writer, "x");
    expect(waiting, 0, 1, "the read of a pipe");
    return 0;
}
