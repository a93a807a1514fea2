// A read that waits for a terminal or a pipe has not begun, and can be cancelled. (POSIX leaves it
// to the implementation; the demonstration program of aio(7) shows what people expect.)
//
//     p03_waiting_stream pipe | terminal
//
// A read that is being tried at the moment counts as running. The sync of a file that is submitted
// afterwards ends the doubt where there is one worker (UAIO_THREADS=1): the tries are over when it
// is done. (A read would be made at once, by the submitter.)
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "tests/differential/case.h"

using namespace differential;

namespace {

// The side of a new terminal that programs read.
int terminal() {
    int controller = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (controller < 0) not_here("there are no pseudo-terminals");
    ensure(grantpt(controller) == 0 && unlockpt(controller) == 0, "unlock a terminal");
    int fd = open(ptsname(controller), O_RDWR | O_NOCTTY | O_CLOEXEC);
    ensure(fd >= 0, "open a terminal");
    return fd;
}

}  // namespace

int main(int count, char** arguments) {
    ensure(count == 2, "run without an argument");
    int fd = strcmp(arguments[1], "pipe") == 0 ? empty_pipe().reader : terminal();
    char bytes[2] = {};
    aiocb reads[2];
    for (int i = 0; i < 2; ++i) {
        reads[i] = block_for(fd, &bytes[i], 1);
        begin_read(reads[i]);
    }
    aiocb after = block_for(scratch_file("x"), nullptr, 0);
    begin_sync(after, O_SYNC);
    expect(after, 0, 0, "the sync of a file");
    // The last one first, or it would be tried when the first is gone.
    for (int i : {1, 0}) {
        int answer = aio_cancel(fd, &reads[i]);
        if (answer != AIO_CANCELED) wrong("aio_cancel says %s", cancel_answer(answer));
        expect(reads[i], ECANCELED, -1, "the cancelled read");
    }
    return 0;
}
