// The value of LD_PRELOAD and the places where the library is looked for. Method: tables.
#define BOOST_TEST_MODULE preload
#include "tools/uaio/preload.h"

#include <boost/test/unit_test.hpp>

namespace uaio::tools {
namespace {

struct Row {
    const char* current;
    const char* expected;
};

BOOST_AUTO_TEST_CASE(the_library_comes_first_and_only_once) {
    const Row rows[] = {
        {"", "/l/u.so"},
        {"/a.so", "/l/u.so:/a.so"},
        {"/a.so:/b.so", "/l/u.so:/a.so:/b.so"},
        {"/a.so /b.so", "/l/u.so:/a.so /b.so"},
        {"/l/u.so", "/l/u.so"},
        {"/a.so:/l/u.so", "/a.so:/l/u.so"},
        {"/a.so /l/u.so /b.so", "/a.so /l/u.so /b.so"},
        {"/l/u.so.1", "/l/u.so:/l/u.so.1"},
        {"/x/l/u.so", "/l/u.so:/x/l/u.so"},
        {":", "/l/u.so::"},
    };
    for (const Row& row : rows) BOOST_TEST(with_preload("/l/u.so", row.current) == row.expected);
}

BOOST_AUTO_TEST_CASE(an_installed_library_is_preferred_to_a_built_one) {
    std::vector<std::string> places = preload_candidates("/p/bin", Doors::kBoth);
    BOOST_TEST_REQUIRE(places.size() == 3u);
    BOOST_TEST(places[0] == "/p/bin/../lib/uaio/libuaio_preload.so");
    BOOST_TEST(places[1] == "/p/bin/../aio/posix/libuaio_preload.so");
    BOOST_TEST(places[2] == "/p/bin/libuaio_preload.so");
}

BOOST_AUTO_TEST_CASE(there_is_a_library_for_each_door) {
    BOOST_TEST(preload_candidates("/p", Doors::kPosix)[1] ==
               "/p/../aio/posix/libuaio_preload_posix.so");
    BOOST_TEST(preload_candidates("/p", Doors::kLibaio)[1] ==
               "/p/../aio/libaio/libuaio_preload_libaio.so");
}

}  // namespace
}  // namespace uaio::tools
