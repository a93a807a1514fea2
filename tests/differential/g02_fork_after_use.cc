// A child of a process that has used AIO can use it: its worker threads were not inherited.
#include "tests/differential/case.h"

using namespace differential;

namespace {

int file;

void read_one() {
    char byte = 0;
    aiocb block = block_for(file, &byte, 1);
    begin_read(block);
    expect(block, 0, 1, "a read");
    if (byte != 'x') wrong("a read gets '%c'", byte);
}

}  // namespace

int main() {
    file = scratch_file("x");
    read_one();
    in_child(read_one);
    read_one();
    return 0;
}
