// The seed of a randomised case, printed so that a failure can be repeated.
#pragma once

#include <stdint.h>

namespace uaio::test {

// UAIO_TEST_SEED where it is set (a decimal number), else `usual`, the case's own. Prints the
// choice to stdout.
uint64_t announced_seed(uint64_t usual);

}  // namespace uaio::test
