#include "tests/support/require.h"

#include <errno.h>

#include <system_error>

namespace uaio::test {

void require(bool done, const char* step) {
    if (!done) throw std::system_error(errno, std::generic_category(), step);
}

}  // namespace uaio::test
