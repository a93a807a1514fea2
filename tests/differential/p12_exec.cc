// exec with requests under way works, and the new program can use AIO.
#include <unistd.h>

#include "tests/differential/case.h"

using namespace differential;

namespace {

void read_one() {
    int file = scratch_file("x");
    char byte = 0;
    aiocb read = block_for(file, &byte, 1);
    begin_read(read);
    expect(read, 0, 1, "a read");
}

}  // namespace

int main(int count, char** arguments) {
    read_one();
    if (count == 2) return 0;  // the new program
    Pipe pipe = empty_pipe();
    char bytes[2] = {};
    aiocb reads[2];
    for (int i = 0; i < 2; ++i) {
        reads[i] = block_for(pipe.reader, &bytes[i], 1);
        begin_read(reads[i]);
    }
    char again[] = "again";
    char* const with[] = {arguments[0], again, nullptr};
    execv("/proc/self/exe", with);
    ensure(false, "exec");
}
