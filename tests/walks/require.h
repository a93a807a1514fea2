// Require: what must be so in a walk, or else it is Broken (play.h).
#pragma once

#include <string>

#include "tests/walks/play.h"

namespace uaio::test {

inline void require(bool right, const char* what) {
    if (!right) {
        throw Broken(what);
    }
}

inline std::string request_text(int number) {
    return "request " + std::to_string(number);
}

}  // namespace uaio::test
