// The same while the parent's only worker is busy: the child has a pool of its own.
#include "tests/differential/case.h"
#include "tests/differential/hold.h"

using namespace differential;

namespace {

int file;

void read_one() {
    char byte = 0;
    aiocb block = block_for(file, &byte, 1);
    begin_read(block);
    expect(block, 0, 1, "a read");
}

}  // namespace

int main() {
    pool_of_one();
    int busy = scratch_file("x");
    file = scratch_file("x");
    Hold hold({busy});
    char byte = 0;
    aiocb running = block_for(busy, &byte, 1);
    begin_read(running);
    Hold::Call call = hold.wait();
    in_child(read_one);
    hold.let_go(call);
    expect(running, 0, 1, "the parent's read");
    return 0;
}
