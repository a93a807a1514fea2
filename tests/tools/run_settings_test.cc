// The settings that `uaio run` takes and refuses. Method: tables; the limits are the library's.
#define BOOST_TEST_MODULE run_settings
#include "tools/uaio/run_settings.h"

#include <boost/test/unit_test.hpp>

#include "aio/limits.h"
#include "tools/uaio/failure.h"

namespace uaio::tools {
namespace {

std::vector<Setting> settings(const Words& words) {
    OptionTable options;
    add_setting_options(options);
    return settings_of(parse(options, words, true).options);
}

BOOST_AUTO_TEST_CASE(nothing_is_set_that_was_not_asked_for) {
    BOOST_TEST(settings({}).empty());
}

BOOST_AUTO_TEST_CASE(each_option_sets_its_variable) {
    auto result = settings({"--idle-ms=0", "--threads=7", "--order=strict"});
    BOOST_TEST_REQUIRE(result.size() == 3u);
    BOOST_TEST(result[0].variable == "UAIO_ORDER");
    BOOST_TEST(result[0].value == "strict");
    BOOST_TEST(result[1].variable == "UAIO_THREADS");
    BOOST_TEST(result[1].value == "7");
    BOOST_TEST(result[2].variable == "UAIO_IDLE_MS");
    BOOST_TEST(result[2].value == "0");
}

BOOST_AUTO_TEST_CASE(the_limits_themselves_are_allowed) {
    BOOST_TEST(settings({"--threads=" + std::to_string(kWorkersMax)}).size() == 1u);
    BOOST_TEST(settings({"--idle-ms=" + std::to_string(kIdleMsMax)}).size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_the_library_would_ignore_is_refused) {
    const std::string refused[] = {
        "--threads=0",  "--threads=-1", "--threads=" + std::to_string(kWorkersMax + 1),
        "--threads=4x", "--threads=",   "--threads=99999999999999999999",
        "--idle-ms=-1", "--order=",     "--order=Strict",
    };
    for (const std::string& word : refused) {
        BOOST_TEST_CONTEXT(word) {
            BOOST_CHECK_THROW(settings({word}), UsageError);
        }
    }
}

}  // namespace
}  // namespace uaio::tools
