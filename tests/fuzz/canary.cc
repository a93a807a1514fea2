// A fuzz target that is wrong on purpose: an input that begins with "uaio" is written past the end
// of what it is given. canary_test.sh says who has to notice.
#include <stddef.h>
#include <stdint.h>

#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const uint8_t kWord[] = {'u', 'a', 'i', 'o'};
    std::vector<uint8_t> copy(sizeof kWord);
    uint8_t* to = copy.data();
    size_t alike = 0;
    while (alike < sizeof kWord && alike < size && data[alike] == kWord[alike]) {
        to[alike] = data[alike];
        ++alike;
    }
    if (alike == sizeof kWord) {
        to[alike] = 0;
    }
    return 0;
}
