// Where no thread can be made the request is refused with EAGAIN, and then was not started, or it
// runs all the same.
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tests/differential/case.h"
#include "tests/differential/hold.h"

using namespace differential;

int main() {
    deny_threads();
    int file = scratch_file("abc");
    char bytes[3] = {};
    aiocb read = block_for(file, bytes, 3);
    if (aio_read(&read) == 0) {
        expect(read, 0, 3, "the read");
    } else if (errno != EAGAIN) {
        wrong("aio_read: %s instead of EAGAIN", strerror(errno));
    }
    aiocb write = block_for(file, "xyz", 3);
    if (aio_write(&write) == 0) {
        expect(write, 0, 3, "the write");
    } else if (errno != EAGAIN) {
        wrong("aio_write: %s instead of EAGAIN", strerror(errno));
    } else if (contents_of(file) != "abc") {
        wrong("a refused write writes");
    }
    _exit(0);  // a sanitizer would want a thread to look for leaks
}
