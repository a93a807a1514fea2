#include "tests/support/seed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

namespace uaio::test {

uint64_t announced_seed(uint64_t usual) {
    const char* wanted = getenv("UAIO_TEST_SEED");
    uint64_t seed = wanted != nullptr ? strtoull(wanted, nullptr, 10) : usual;
    printf("seed %" PRIu64 " (UAIO_TEST_SEED=%" PRIu64 " repeats it)\n", seed, seed);
    fflush(stdout);
    return seed;
}

}  // namespace uaio::test
