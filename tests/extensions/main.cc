// What the posix door has beyond POSIX, linked with the library or under the preload library.
#define BOOST_TEST_MODULE extensions
#include <boost/test/unit_test.hpp>
