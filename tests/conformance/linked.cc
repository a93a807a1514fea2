// The conformance program linked with the library.
#define BOOST_TEST_MODULE conformance_linked
#include <boost/test/unit_test.hpp>

#include "tests/conformance/door.h"

namespace uaio::conformance {

const char* const kPreloadedLibrary = nullptr;

}  // namespace uaio::conformance
