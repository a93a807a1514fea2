// exit does not wait for what may never end: a read of a pipe is under way, and so are a write to a
// full pipe and reads behind them.
//
//     p12_exit exit | _exit
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/differential/case.h"

using namespace differential;

int main(int count, char** arguments) {
    ensure(count == 2, "run without an argument");
    Pipe empty = empty_pipe();
    size_t filler;
    Pipe full = full_pipe(filler);
    static char bytes[3];
    static aiocb requests[4];
    for (int i = 0; i < 3; ++i) {
        requests[i] = block_for(empty.reader, &bytes[i], 1);
        begin_read(requests[i]);
    }
    requests[3] = block_for(full.writer, "x", 1);
    begin_write(requests[3]);
    if (strcmp(arguments[1], "exit") == 0) exit(0);
    _exit(0);
}
