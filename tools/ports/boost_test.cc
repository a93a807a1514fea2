// Boost.Test as a library, for systems that it has not been built for: its headers hold all of it.
#include <boost/test/included/unit_test.hpp>
