// The same with a thousand pipes, half of them empty and read, half of them full and written to,
// and the pool that the implementation likes.
#include <sys/resource.h>

#include <deque>

#include "tests/differential/case.h"

using namespace differential;

namespace {

// Two descriptors each, and some more.
size_t pipes_to_be_had() {
    rlimit limit;
    ensure(getrlimit(RLIMIT_NOFILE, &limit) == 0, "ask for the limit");
    limit.rlim_cur = limit.rlim_max;
    ensure(setrlimit(RLIMIT_NOFILE, &limit) == 0, "raise the limit");
    size_t most = (limit.rlim_cur - 100) / 2;
    return most < 1000 ? most : 1000;
}

struct Waiting {
    Pipe pipe;
    size_t filler;  // 0 for a pipe that is read
    char byte = 0;
    aiocb block;
};

void begin(Waiting& waiting, bool reads) {
    waiting.pipe = reads ? empty_pipe() : full_pipe(waiting.filler);
    waiting.byte = 'x';
    waiting.block = block_for(reads ? waiting.pipe.reader : waiting.pipe.writer, &waiting.byte, 1);
    reads ? begin_read(waiting.block) : begin_write(waiting.block);
}

void finish(Waiting& waiting) {
    if (waiting.filler == 0) {
        bytes_into(waiting.pipe.writer, "x");
    } else {
        bytes_from(waiting.pipe.reader, waiting.filler);
    }
    expect(waiting.block, 0, 1, "the request on a pipe");
}

}  // namespace

int main() {
    std::deque<Waiting> all(pipes_to_be_had());
    bool reads = false;
    for (Waiting& waiting : all) begin(waiting, reads = !reads);
    int file = scratch_file("x");
    for (int i = 0; i < 1000; ++i) {
        char byte = 0;
        aiocb read = block_for(file, &byte, 1);
        begin_read(read);
        expect(read, 0, 1, "the read of a file");
    }
    for (Waiting& waiting : all) finish(waiting);
    return 0;
}
