// AIO_MAX requests may be outstanding at one time; where that has no limit, 100,000.
//
// They read an empty pipe, so that none ends before the last has been accepted.
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "tests/differential/case.h"

using namespace differential;

int main() {
    long limit = sysconf(_SC_AIO_MAX);
    size_t count = limit == -1 || limit > 100'000 ? 100'000 : static_cast<size_t>(limit);
    Pipe pipe = empty_pipe();
    std::vector<char> bytes(count);
    std::vector<aiocb> reads(count);
    for (size_t i = 0; i < count; ++i) {
        reads[i] = block_for(pipe.reader, &bytes[i], 1);
        if (aio_read(&reads[i]) != 0) wrong("%zu requests, then %s", i, strerror(errno));
    }
    for (size_t i = 0; i < count; i += 1000) {
        size_t some = count - i < 1000 ? count - i : 1000;
        bytes_into(pipe.writer, std::string(some, static_cast<char>('a' + i / 1000 % 26)));
    }
    for (size_t i = 0; i < count; ++i) {
        expect(reads[i], 0, 1, "a read");
        if (bytes[i] != static_cast<char>('a' + i / 1000 % 26)) wrong("the reads lose their order");
    }
    return 0;
}
