// Requests of different files that wait for a worker run by priority too. (POSIX speaks of requests
// blocked on the same resource, and leaves open whether that spans files.)
#include "tests/differential/case.h"
#include "tests/differential/hold.h"

using namespace differential;

int main() {
    constexpr int kFiles = 5;
    const int priorities[kFiles] = {9, 0, 20, 5, 0};
    const int expected[kFiles] = {1, 4, 3, 0, 2};
    pool_of_one();
    int busy = scratch_file("x");
    int files[kFiles];
    for (int& file : files) file = scratch_file();
    Hold hold({busy, files[0], files[1], files[2], files[3], files[4]});
    char byte = 0;
    aiocb running = block_for(busy, &byte, 1);
    begin_read(running);
    Hold::Call call = hold.wait();
    aiocb writes[kFiles];
    for (int i = 0; i < kFiles; ++i) {
        writes[i] = block_for(files[i], "x", 1);
        writes[i].aio_reqprio = priorities[i];
        begin_write(writes[i]);
    }
    for (int turn = 0; turn < kFiles; ++turn) {
        hold.let_go(call);
        call = hold.wait();
        int i = expected[turn];
        if (call.fd != files[i]) {
            wrong("in turn %d runs another than the one of aio_reqprio %d", turn, priorities[i]);
        }
    }
    hold.let_go(call);
    for (aiocb& write : writes) expect(write, 0, 1, "a write");
    return 0;
}
