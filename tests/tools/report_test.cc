// The report of `uaio info`. Method: one tree with every kind of fact, printed both ways; the JSON
// is read back.
#define BOOST_TEST_MODULE report
#include "tools/uaio/report.h"

#include <errno.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <sstream>

namespace uaio::tools {
namespace {

Report sample() {
    return {
        {"first",
         Report{
             {"number", 7},
             {"text", "with \"quotes\""},
             {"limit", nullptr},
             {"can", supported()},
             {"cannot", unsupported("reasons")},
         }},
        {"second",
         Report{
             {"limits", Report{{"soft", 1}, {"hard", nullptr}}},
             {"setting", Report{{"value", "64"}, {"from", "default"}}},
         }},
    };
}

BOOST_AUTO_TEST_CASE(json_holds_the_whole_tree) {
    std::ostringstream out;
    print_json(out, sample());
    BOOST_TEST((boost::json::parse(out.str()) == boost::json::value(sample())));
}

BOOST_AUTO_TEST_CASE(text_is_for_people) {
    std::ostringstream out;
    print_text(out, sample());
    std::string squeezed;
    for (char c : out.str()) {
        if (c != ' ' || (!squeezed.empty() && squeezed.back() != ' ')) squeezed += c;
    }
    BOOST_TEST(squeezed ==
               "first\n number 7\n text with \"quotes\"\n limit unlimited\n can yes\n"
               " cannot no (reasons)\n\nsecond\n limits soft 1, hard unlimited\n"
               " setting 64 (default)\n");
}

BOOST_AUTO_TEST_CASE(an_error_number_becomes_a_reason) {
    BOOST_TEST((unsupported_for(ENOSYS).at("reason") == "Function not implemented"));
}

}  // namespace
}  // namespace uaio::tools
