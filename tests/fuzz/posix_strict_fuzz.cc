// The posix door with UAIO_STRICT=1 and UAIO_ORDER=strict: posix_program.h.
#include "tests/fuzz/posix_program.h"

extern "C" int LLVMFuzzerInitialize(int* /*count*/, char*** /*arguments*/) {
    uaio::fuzz::start_posix("1", "strict");
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    uaio::fuzz::run_posix(data, size);
    return 0;
}
