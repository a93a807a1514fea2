// Pages: zeroed, aligned, given back for good, refused without a trace.
// Method: look at the memory, and ask the system (mincore(2)) whether it is there.
#define BOOST_TEST_MODULE pages
#include "threadpool/base/pages.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace uaio {
namespace {

size_t page_bytes() {
    return static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

bool is_mapped(void* pages, size_t bytes) {
    std::vector<unsigned char> resident(bytes / page_bytes() + 1);
    return mincore(pages, bytes, resident.data()) == 0;
}

BOOST_AUTO_TEST_CASE(pages_are_zeroed_aligned_and_writable) {
    for (size_t bytes : {size_t{1}, page_bytes(), 3 * page_bytes() + 1, size_t{1} << 20}) {
        auto* pages = static_cast<unsigned char*>(map_pages(bytes));
        BOOST_TEST_REQUIRE(pages != nullptr);
        BOOST_TEST(reinterpret_cast<uintptr_t>(pages) % page_bytes() == 0u);
        BOOST_TEST(std::count(pages, pages + bytes, 0) == static_cast<ptrdiff_t>(bytes));
        std::fill(pages, pages + bytes, 0xa5);
        BOOST_TEST(pages[bytes - 1] == 0xa5);
        unmap_pages(pages, bytes);
    }
}

BOOST_AUTO_TEST_CASE(pages_given_back_are_gone) {
    size_t bytes = 4 * page_bytes();
    void* pages = map_pages(bytes);
    BOOST_TEST(is_mapped(pages, bytes));
    unmap_pages(pages, bytes);
    BOOST_TEST(!is_mapped(pages, bytes));
}

BOOST_AUTO_TEST_CASE(pages_taken_again_are_zeroed_again) {
    size_t bytes = page_bytes();
    for (int round = 0; round < 10; ++round) {
        auto* pages = static_cast<unsigned char*>(map_pages(bytes));
        BOOST_TEST_REQUIRE(pages != nullptr);
        BOOST_TEST(std::count(pages, pages + bytes, 0) == static_cast<ptrdiff_t>(bytes));
        std::fill(pages, pages + bytes, 1);
        unmap_pages(pages, bytes);
    }
}

BOOST_AUTO_TEST_CASE(more_than_there_is_gives_null) {
    BOOST_TEST(map_pages(SIZE_MAX / 8 * 7) == nullptr);
    BOOST_TEST(map_pages(0) == nullptr);
}

BOOST_AUTO_TEST_CASE(errno_is_kept) {
    errno = EDOM;
    map_pages(SIZE_MAX / 2);
    BOOST_TEST(errno == EDOM);
    void* pages = map_pages(1);
    BOOST_TEST(errno == EDOM);
    unmap_pages(pages, 1);
    BOOST_TEST(errno == EDOM);
    unmap_pages(reinterpret_cast<void*>(uintptr_t{1}), 1);  // EINVAL: not the start of a page
    BOOST_TEST(errno == EDOM);
}

}  // namespace
}  // namespace uaio
