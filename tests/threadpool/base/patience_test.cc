// Patience: who is allowed it looks on for a while, learns when that is in vain, and tries again
// now and then. Method: count the looks.
#define BOOST_TEST_MODULE patience
#include "threadpool/base/patience.h"

#include <boost/test/unit_test.hpp>

namespace uaio {
namespace {

// Waits for what never comes, so many times: how many of these looked at all.
int vain_waits(Patience& patience, int waits) {
    int looked = 0;
    for (int i = 0; i < waits; ++i) {
        int looks = 0;
        BOOST_TEST(!patience.wait([&] { return ++looks == 0; }));
        looked += looks > 0;
    }
    return looked;
}

bool comes_at_once(Patience& patience) {
    return patience.wait([] { return true; });
}

BOOST_AUTO_TEST_CASE(nobody_looks_before_it_is_allowed) {
    Patience patience;
    BOOST_TEST(vain_waits(patience, 100) == 0);
    patience.allow(true);
    patience.allow(false);
    BOOST_TEST(vain_waits(patience, 100) == 0);
}

BOOST_AUTO_TEST_CASE(without_trust_one_in_32_tries) {
    Patience patience;
    patience.allow(true);
    BOOST_TEST(vain_waits(patience, 320) == 10);
}

BOOST_AUTO_TEST_CASE(a_wait_in_vain_ends) {
    Patience patience;
    patience.allow(true);
    int looks = 0;
    for (int i = 0; i < 32; ++i) {
        patience.wait([&] { return ++looks == 0; });
    }
    BOOST_TEST(looks > 0);
    BOOST_TEST(looks <= 100);
}

BOOST_AUTO_TEST_CASE(what_came_once_is_waited_for_until_it_fails_to_come_several_times) {
    Patience patience;
    patience.allow(true);
    while (!comes_at_once(patience)) {
    }
    for (int i = 0; i < 100; ++i) {
        BOOST_TEST(comes_at_once(patience));
    }
    BOOST_TEST(vain_waits(patience, 4) == 4);
    BOOST_TEST(vain_waits(patience, 31) <= 1);
    while (!comes_at_once(patience)) {
    }
    BOOST_TEST(vain_waits(patience, 3) == 3);
    BOOST_TEST(comes_at_once(patience));
    BOOST_TEST(vain_waits(patience, 4) == 4);
}

}  // namespace
}  // namespace uaio
