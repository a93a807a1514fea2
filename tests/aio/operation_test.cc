// Which kinds of operation are syncs. Method: all four.
#define BOOST_TEST_MODULE operation
#include "aio/operation.h"

#include <boost/test/unit_test.hpp>

namespace uaio {
namespace {

BOOST_AUTO_TEST_CASE(syncs_are_told_from_transfers) {
    BOOST_TEST(!is_sync(Kind::kRead));
    BOOST_TEST(!is_sync(Kind::kWrite));
    BOOST_TEST(is_sync(Kind::kDataSync));
    BOOST_TEST(is_sync(Kind::kFileSync));
}

}  // namespace
}  // namespace uaio
