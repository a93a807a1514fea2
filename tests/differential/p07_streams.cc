// What cannot seek is written, and read, in the order of the calls.
//
//     p07_streams writes | reads
#include <string.h>

#include <string>
#include <vector>

#include "tests/differential/case.h"

using namespace differential;

namespace {

constexpr size_t kRequests = 1000;

char byte_of(size_t i) {
    return static_cast<char>('a' + i * 7 % 26);
}

}  // namespace

int main(int count, char** arguments) {
    ensure(count == 2, "run without an argument");
    bool writes = strcmp(arguments[1], "writes") == 0;
    Pipe pipe = empty_pipe();
    std::string text;
    for (size_t i = 0; i < kRequests; ++i) text += byte_of(i);
    std::string bytes = writes ? text : std::string(kRequests, '?');
    std::vector<aiocb> blocks(kRequests);
    for (size_t i = 0; i < kRequests; ++i) {
        blocks[i] = block_for(writes ? pipe.writer : pipe.reader, &bytes[i], 1);
        writes ? begin_write(blocks[i]) : begin_read(blocks[i]);
    }
    if (!writes) bytes_into(pipe.writer, text);
    for (aiocb& block : blocks) expect(block, 0, 1, "a request");
    if (writes) bytes = bytes_from(pipe.reader, kRequests);
    if (bytes != text) wrong("the bytes are not in the order of the calls");
    return 0;
}
