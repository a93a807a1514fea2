// aio_cancel(fd, NULL) with 100,000 queued requests cancels them all.
#include <errno.h>

#include <vector>

#include "tests/differential/case.h"

using namespace differential;

int main() {
    Pipe pipe = empty_pipe();
    std::vector<char> bytes(100'000);
    std::vector<aiocb> reads(bytes.size());
    for (size_t i = 0; i < reads.size(); ++i) {
        reads[i] = block_for(pipe.reader, &bytes[i], 1);
        begin_read(reads[i]);
    }
    int answer = aio_cancel(pipe.reader, nullptr);
    if (answer != AIO_CANCELED && answer != AIO_NOTCANCELED) {
        wrong("aio_cancel says %s", cancel_answer(answer));
    }
    for (size_t i = 1; i < reads.size(); ++i) expect(reads[i], ECANCELED, -1, "a queued read");
    if (answer == AIO_NOTCANCELED) {
        bytes_into(pipe.writer, "x");
        expect(reads[0], 0, 1, "the running read");
    } else {
        expect(reads[0], ECANCELED, -1, "the first read");
    }
    return 0;
}
