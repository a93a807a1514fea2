// aio_suspend returns as soon as any request of its list is done, successful or not, ignores NULL
// entries, and has no objection to one that was done before the call.
//
//     p08_any_of_the_list done | failed | cancelled | later
//
// The list also holds a read that waits for a pipe. `later`: what ends the wait is another thread's
// doing.
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include <string>

#include "tests/differential/case.h"

using namespace differential;

namespace {

Pipe waited_for;
char byte = 0;

aiocb end_like(const std::string& how) {
    if (how == "failed") return block_for(scratch_file("x"), nullptr, 1);  // EFAULT
    if (how == "done") return block_for(scratch_file("x"), &byte, 1);
    return block_for(waited_for.reader, &byte, 1);
}

void* feed(void*) {
    bytes_into(waited_for.writer, "x");
    return nullptr;
}

}  // namespace

int main(int count, char** arguments) {
    ensure(count == 2, "run without an argument");
    std::string how = arguments[1];
    waited_for = empty_pipe();
    Pipe never = empty_pipe();
    char other = 0;
    aiocb waiting = block_for(never.reader, &other, 1);
    aiocb first = block_for(waited_for.reader, &byte, 1);  // so that the next one is queued
    aiocb ending = end_like(how);
    begin_read(waiting);
    if (how == "cancelled") begin_read(first);
    begin_read(ending);
    pthread_t thread = {};
    if (how == "later") {
        pthread_create(&thread, nullptr, feed, nullptr);
    } else if (how == "cancelled") {
        aio_cancel(ending.aio_fildes, &ending);
    } else {
        await(ending);
    }
    const aiocb* list[] = {nullptr, &waiting, nullptr, &ending};
    if (aio_suspend(list, 4, nullptr) != 0) wrong("%s", strerror(errno));
    if (aio_error(&ending) == EINPROGRESS) wrong("it returns although nothing is done");
    if (how == "later") pthread_join(thread, nullptr);
    return 0;
}
