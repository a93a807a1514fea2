// System calls without the C library. Method: the same calls with it.
#define BOOST_TEST_MODULE raw_call
#include "aio/libaio/platform/raw_call.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

namespace uaio {
namespace {

// The old mmap of some processors takes one argument, the place of all.
#ifdef SYS_mmap2
constexpr long kMap = SYS_mmap2;
#else
constexpr long kMap = SYS_mmap;
#endif

// Where an address has 32 bits, those in its upper half are negative too.
bool is_error(long result) {
    return result < 0 && result >= -4095;
}

BOOST_AUTO_TEST_CASE(results_errors_and_six_arguments_come_through) {
    BOOST_TEST(raw_call(SYS_getpid, 0, 0, 0, 0, 0, 0) == getpid());
    BOOST_TEST(raw_call(SYS_close, -1, 0, 0, 0, 0, 0) == -EBADF);
    long page = raw_call(kMap, 0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    BOOST_TEST_REQUIRE(!is_error(page));
    *reinterpret_cast<char*>(page) = 'x';
    BOOST_TEST(munmap(reinterpret_cast<void*>(page), 4096) == 0);
}

}  // namespace
}  // namespace uaio
