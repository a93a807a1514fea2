// A request in the middle of its transfer is not cancelled: AIO_NOTCANCELED, and it ends as if
// nobody had asked.
#include <errno.h>

#include "tests/differential/case.h"
#include "tests/differential/hold.h"

using namespace differential;

int main() {
    int file = scratch_file("x");
    Hold hold({file});
    char byte = 0;
    aiocb read = block_for(file, &byte, 1);
    begin_read(read);
    Hold::Call call = hold.wait();
    for (aiocb* which : {&read, static_cast<aiocb*>(nullptr)}) {
        int answer = aio_cancel(file, which);
        if (answer != AIO_NOTCANCELED) wrong("aio_cancel says %s", cancel_answer(answer));
        if (aio_error(&read) != EINPROGRESS) wrong("the read that still runs has a status");
    }
    hold.let_go(call);
    expect(read, 0, 1, "the read");
    if (byte != 'x') wrong("the read brings no data");
    return 0;
}
