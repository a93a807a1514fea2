// ThreadName: prefix and number within 15 characters.
// Method: every length of prefix with numbers of every length, against the text cut by hand.
#define BOOST_TEST_MODULE thread_name
#include "threadpool/base/thread_name.h"

#include <limits.h>

#include <string>

#include <boost/test/unit_test.hpp>

namespace uaio {
namespace {

constexpr size_t kCharactersMax = 15;

std::string name(const char* prefix, unsigned number) {
    return ThreadName(prefix, number).text;
}

// The prefix has the right of way; of the number, the last digits that have room.
std::string cut(const std::string& prefix, unsigned number) {
    std::string text = prefix.substr(0, kCharactersMax);
    std::string digits = std::to_string(number);
    size_t room = kCharactersMax - text.size();
    return text + (digits.size() > room ? digits.substr(digits.size() - room) : digits);
}

BOOST_AUTO_TEST_CASE(a_name_is_prefix_and_number) {
    BOOST_TEST(name("uaio-w", 3) == "uaio-w3");
    BOOST_TEST(name("uaio-w", 0) == "uaio-w0");
    BOOST_TEST(name("uaio-n", 16'384) == "uaio-n16384");
    BOOST_TEST(name("", 10) == "10");
}

BOOST_AUTO_TEST_CASE(what_has_no_room_is_left_out) {
    BOOST_TEST(name("fourteen-chars", 123) == "fourteen-chars3");
    BOOST_TEST(name("fifteen-letters", 123) == "fifteen-letters");
    BOOST_TEST(name("longer-than-all-names", 123) == "longer-than-all");
}

BOOST_AUTO_TEST_CASE(every_length_is_cut_to_what_the_system_keeps) {
    for (size_t length = 0; length <= kCharactersMax + 2; ++length) {
        std::string prefix = std::string("abcdefghijklmnopqrstuvwxyz").substr(0, length);
        for (unsigned number : {0u, 9u, 10u, 99u, 100u, 12'345u, 1'000'000'000u, UINT_MAX}) {
            BOOST_TEST(name(prefix.c_str(), number) == cut(prefix, number));
        }
    }
}

}  // namespace
}  // namespace uaio
