// Any file as a program that `uaio run` is asked to start.
#include <limits.h>
#include <unistd.h>

#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "threadpool/base/check.h"
#include "tools/uaio/elf.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static uaio::test::ScratchFile file;
    using uaio::test::require;
    require(ftruncate(file.fd(), 0) == 0, "empty the file");
    require(pwrite(file.fd(), data, size, 0) == static_cast<ssize_t>(size), "fill the file");
    std::optional<uaio::tools::ElfFacts> facts = uaio::tools::read_elf(file.fd());
    if (facts) {
        UAIO_CHECK(facts->interpreter.size() < PATH_MAX);
        UAIO_CHECK(facts->interpreter.size() <= size);
        UAIO_CHECK(!uaio::tools::machine_name(*facts).empty());
    }
    return 0;
}
