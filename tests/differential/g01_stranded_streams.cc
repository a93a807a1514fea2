// The same among requests that wait for a pipe: when the first of them is cancelled, the second
// gets the data.
//
// There is one worker, and a read of another pipe keeps it busy where one pipe can.
#include "tests/differential/case.h"

using namespace differential;

int main() {
    pool_of_one();
    Pipe other = empty_pipe();
    Pipe pipe = empty_pipe();
    char bytes[3] = {};
    aiocb elsewhere = block_for(other.reader, &bytes[0], 1);
    aiocb first = block_for(pipe.reader, &bytes[1], 1);
    aiocb second = block_for(pipe.reader, &bytes[2], 1);
    begin_read(elsewhere);
    begin_read(first);
    begin_read(second);
    // An implementation that tries pipes without waiting may be trying this one at the moment.
    int answer;
    do {
        answer = aio_cancel(pipe.reader, &first);
    } while (answer == AIO_NOTCANCELED);
    if (answer != AIO_CANCELED) wrong("a waiting read: aio_cancel says %s", cancel_answer(answer));
    bytes_into(other.writer, "a");
    bytes_into(pipe.writer, "b");
    expect(elsewhere, 0, 1, "the read of the other pipe");
    expect(second, 0, 1, "the read behind the cancelled one");
    if (bytes[2] != 'b') wrong("the read behind the cancelled one gets '%c'", bytes[2]);
    return 0;
}
