// The configuration that `uaio info` shows. Method: set one variable at a time.
#define BOOST_TEST_MODULE config
#include "tools/uaio/config.h"

#include <stdlib.h>

#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include "aio/options.h"

namespace uaio::tools {
namespace {

namespace json = boost::json;

std::string fact(const char* variable, const char* member) {
    json::value value = effective_configuration().at(variable);
    return std::string(value.as_object().at(member).as_string());
}

struct CleanEnvironment {
    CleanEnvironment() {
        for (const OptionRow& row : kOptionTable) unsetenv(row.name);
    }
};

BOOST_FIXTURE_TEST_CASE(the_table_tells_its_own_defaults, CleanEnvironment) {
    for (const OptionRow& row : kOptionTable) {
        BOOST_TEST(fact(row.name, "value") == row.fallback);
        BOOST_TEST(fact(row.name, "from") == "default");
    }
}

BOOST_FIXTURE_TEST_CASE(the_environment_is_shown_in_force, CleanEnvironment) {
    setenv("UAIO_ORDER", "strict", 1);
    BOOST_TEST(fact("UAIO_ORDER", "value") == "strict");
    BOOST_TEST(fact("UAIO_ORDER", "from") == "environment");
}

BOOST_FIXTURE_TEST_CASE(what_the_library_ignores_is_said, CleanEnvironment) {
    setenv("UAIO_THREADS", "many", 1);
    BOOST_TEST(fact("UAIO_THREADS", "value") == "64");
    BOOST_TEST(fact("UAIO_THREADS", "from").find("'many' is ignored") != std::string::npos);
}

}  // namespace
}  // namespace uaio::tools
