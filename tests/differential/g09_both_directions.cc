// A read that waits for a socket does not hold back a write to the same socket.
#include <string.h>
#include <sys/socket.h>

#include "tests/differential/case.h"

using namespace differential;

int main() {
    int ends[2];
    ensure(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "make a socket pair");
    char answer[6] = "";
    aiocb read = block_for(ends[0], answer, 5);
    aiocb write = block_for(ends[0], "hello", 5);
    begin_read(read);
    begin_write(write);
    expect(write, 0, 5, "the write");
    if (bytes_from(ends[1], 5) != "hello") wrong("the write sends something else");
    bytes_into(ends[1], "world");
    expect(read, 0, 5, "the read");
    if (strcmp(answer, "world") != 0) wrong("the read gets '%s'", answer);
    return 0;
}
