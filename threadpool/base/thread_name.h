// ThreadName: "uaio-w" and 3 make "uaio-w3", at most 15 characters and a zero, which is what Linux
// keeps of a thread's name. A number that has no room is left out digit by digit from the left.
#pragma once

#include <stddef.h>

namespace uaio {

struct ThreadName {
    static constexpr size_t kBytes = 16;

    ThreadName(const char* prefix, unsigned number) {
        size_t used = 0;
        while (prefix[used] != '\0' && used < kBytes - 1) {
            text[used] = prefix[used];
            ++used;
        }
        unsigned divisor = 1;
        size_t digits = 1;
        for (unsigned rest = number; rest >= 10 && digits < kBytes - 1 - used; rest /= 10) {
            divisor *= 10;
            ++digits;
        }
        for (; divisor > 0 && used < kBytes - 1; divisor /= 10) {
            text[used++] = static_cast<char>('0' + number / divisor % 10);
        }
        text[used] = '\0';
    }

    char text[kBytes];
};

}  // namespace uaio
