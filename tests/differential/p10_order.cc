// Of the requests that wait for the same stream the most urgent is served first, and equals are
// served in the order of the calls.
//
//     p10_order mixed | equal
//
// The pipe is full, so the first write waits in front and the others behind it.
#include <string.h>

#include <string>

#include "tests/differential/case.h"

using namespace differential;

int main(int count, char** arguments) {
    ensure(count == 2, "run without an argument");
    bool mixed = strcmp(arguments[1], "mixed") == 0;
    constexpr size_t kWrites = 8;
    const int priorities[kWrites] = {0, 5, 0, 9, 3, 20, 9, 0};
    const std::string expected = mixed ? "02741365" : "01234567";
    const std::string names = "01234567";
    size_t filler;
    Pipe pipe = full_pipe(filler);
    aiocb writes[kWrites];
    for (size_t i = 0; i < kWrites; ++i) {
        writes[i] = block_for(pipe.writer, &names[i], 1);
        writes[i].aio_reqprio = mixed ? priorities[i] : 0;
        begin_write(writes[i]);
    }
    bytes_from(pipe.reader, filler);
    std::string seen = bytes_from(pipe.reader, kWrites);
    for (aiocb& write : writes) expect(write, 0, 1, "a write");
    if (seen != expected) wrong("the order is %s, not %s", seen.c_str(), expected.c_str());
    return 0;
}
