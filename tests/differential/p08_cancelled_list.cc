// A thread that is cancelled while it waits in lio_listio (POSIX allows that to be a cancellation
// point) leaves nothing behind: its requests go on.
#include <pthread.h>

#include "tests/differential/case.h"

using namespace differential;

namespace {

aiocb reads[2];

void* wait_for_list(void*) {
    aiocb* list[] = {&reads[0], &reads[1]};
    lio_listio(LIO_WAIT, list, 2, nullptr);
    return nullptr;
}

}  // namespace

int main() {
    Pipe pipe = empty_pipe();
    for (int round = 0; round < 20; ++round) {
        char bytes[2] = {};
        for (int i = 0; i < 2; ++i) {
            reads[i] = block_for(pipe.reader, &bytes[i], 1);
            reads[i].aio_lio_opcode = LIO_READ;
        }
        pthread_t thread;
        pthread_create(&thread, nullptr, wait_for_list, nullptr);
        pthread_cancel(thread);
        bytes_into(pipe.writer, "ab");
        pthread_join(thread, nullptr);
        expect(reads[0], 0, 1, "the first read");
        expect(reads[1], 0, 1, "the second read");
    }
    return 0;
}
