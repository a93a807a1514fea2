// The conformance program as a stranger would build it: no library of ours, which must come in by
// LD_PRELOAD.
#define BOOST_TEST_MODULE conformance_preloaded
#include <boost/test/unit_test.hpp>

#include "tests/conformance/door.h"

namespace uaio::conformance {

const char* const kPreloadedLibrary = "libuaio_preload.so";

}  // namespace uaio::conformance
