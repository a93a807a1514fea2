// What is done is AIO_ALLDONE and keeps its status; so is a descriptor without requests; and what
// is no descriptor is EBADF.
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tests/differential/case.h"

using namespace differential;

namespace {

void expect_all_done(int fd, aiocb* block, const char* name) {
    int answer = aio_cancel(fd, block);
    if (answer != AIO_ALLDONE) wrong("%s: aio_cancel says %s", name, cancel_answer(answer));
}

}  // namespace

int main() {
    int file = scratch_file("x");
    expect_all_done(file, nullptr, "a descriptor without requests");
    char byte = 0;
    aiocb read = block_for(file, &byte, 1);
    begin_read(read);
    await(read);
    expect_all_done(file, &read, "a request that is done");
    expect_all_done(file, nullptr, "a descriptor whose request is done");
    expect(read, 0, 1, "the read");
    close(file);
    errno = 0;
    if (aio_cancel(file, nullptr) != -1 || errno != EBADF) {
        wrong("no descriptor: %s instead of EBADF", strerror(errno));
    }
    return 0;
}
