// A forked child has none of its parent's requests: it has nothing to cancel, and the parent's
// requests go on.
#include "tests/differential/case.h"

using namespace differential;

namespace {

Pipe pipes;

void look_for_requests() {
    int answer = aio_cancel(pipes.reader, nullptr);
    if (answer != AIO_ALLDONE) wrong("in the child aio_cancel says %s", cancel_answer(answer));
}

}  // namespace

int main() {
    pipes = empty_pipe();
    char bytes[2] = {};
    aiocb reads[2];
    for (int i = 0; i < 2; ++i) {
        reads[i] = block_for(pipes.reader, &bytes[i], 1);
        begin_read(reads[i]);
    }
    in_child(look_for_requests);
    bytes_into(pipes.writer, "ab");
    for (aiocb& read : reads) expect(read, 0, 1, "a read of the parent");
    if (bytes[0] != 'a' || bytes[1] != 'b') wrong("the parent reads '%.2s'", bytes);
    return 0;
}
