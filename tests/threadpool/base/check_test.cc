// UAIO_CHECK: a true condition costs nothing, a false one ends the process and says which it was.
// Method: break invariants in child processes and read their standard error.
#define BOOST_TEST_MODULE check
#include "threadpool/base/check.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/threadpool/base/child.h"

namespace uaio {
namespace {

BOOST_AUTO_TEST_CASE(a_true_condition_is_evaluated_once_and_in_silence) {
    test::ChildEnd end = test::run_in_child([] {
        int evaluations = 0;
        UAIO_CHECK(++evaluations > 0);
        UAIO_CHECK(evaluations == 1);
    });
    BOOST_TEST(end.status == 0);
    BOOST_TEST(end.errors == "");
}

BOOST_AUTO_TEST_CASE(a_false_condition_aborts_and_names_itself_and_its_place) {
    constexpr int kLine = __LINE__ + 1;
    test::ChildEnd end = test::run_in_child([] { UAIO_CHECK(1 + 1 == 3); });
    BOOST_TEST(test::aborted(end));
    std::string place = std::string(__FILE__) + ":" + std::to_string(kLine);
    BOOST_TEST(end.errors == "uaio: " + place + ": broken invariant: 1 + 1 == 3\n");
}

BOOST_AUTO_TEST_CASE(a_pointer_is_a_condition) {
    const char* nothing = nullptr;
    BOOST_TEST(test::aborted(test::run_in_child([&] { UAIO_CHECK(nothing); })));
    const char* something = "";
    BOOST_TEST(test::run_in_child([&] { UAIO_CHECK(something); }).status == 0);
}

BOOST_AUTO_TEST_CASE(a_check_is_one_expression) {
    bool right = true;
    test::ChildEnd end = test::run_in_child([&] {
        if (right)
            UAIO_CHECK(right);
        else
            UAIO_CHECK(!right);
    });
    BOOST_TEST(end.status == 0);
}

}  // namespace
}  // namespace uaio
