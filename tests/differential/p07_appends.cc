// With O_APPEND the writes of a descriptor reach the file in the order of the calls, whatever their
// offsets.
#include <fcntl.h>

#include <string>
#include <vector>

#include "tests/differential/case.h"

using namespace differential;

int main() {
    constexpr size_t kWrites = 1000;
    int file = scratch_file("", O_APPEND);
    std::string expected;
    std::vector<std::string> records(kWrites);
    std::vector<aiocb> writes(kWrites);
    for (size_t i = 0; i < kWrites; ++i) {
        records[i] = std::to_string(i) + "\n";
        expected += records[i];
        writes[i] = block_for(file, records[i], static_cast<off_t>(i * 7 % 5));
        begin_write(writes[i]);
    }
    for (size_t i = 0; i < kWrites; ++i) {
        expect(writes[i], 0, static_cast<ssize_t>(records[i].size()), "an append");
    }
    if (contents_of(file) != expected) wrong("the records are not in the order of the calls");
    return 0;
}
