// Goal: byte ranges mean what RFC 9110 says.
#define BOOST_TEST_MODULE byte_range
#include "tools/examples/byte_range.h"

#include <boost/test/unit_test.hpp>

namespace uaio::examples {
namespace {

void check(const char* text, std::uint64_t first, std::uint64_t bytes, bool is_part) {
    auto range = byte_range(text, 100);
    BOOST_TEST_CONTEXT(text) {
        BOOST_TEST_REQUIRE(range.has_value());
        BOOST_TEST(range->first == first);
        BOOST_TEST(range->bytes == bytes);
        BOOST_TEST(range->is_part == is_part);
    }
}

BOOST_AUTO_TEST_CASE(ranges_are_cut_to_the_file) {
    check("bytes=0-9", 0, 10, true);
    check("bytes=10-10", 10, 1, true);
    check("bytes=90-1000", 90, 10, true);
    check("bytes=99-", 99, 1, true);
    check("bytes=-1", 99, 1, true);
    check("bytes=-1000", 0, 100, true);
}

BOOST_AUTO_TEST_CASE(what_is_not_understood_is_the_whole) {
    for (const char* text : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=9-8",
                             "lines=0-1", "bytes=0-1,4-5", "bytes=1-2x", "bytes=--1"}) {
        check(text, 0, 100, false);
    }
}

BOOST_AUTO_TEST_CASE(what_lies_outside_is_nothing) {
    BOOST_TEST(!byte_range("bytes=100-", 100));
    BOOST_TEST(!byte_range("bytes=100-200", 100));
    BOOST_TEST(!byte_range("bytes=-0", 100));
    BOOST_TEST(!byte_range("bytes=0-", 0));
}

}  // namespace
}  // namespace uaio::examples
