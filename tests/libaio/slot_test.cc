// Slots: who is looking at one keeps it from being used for another request. Method: a context
// without requests of its own.
#define BOOST_TEST_MODULE slot
#include <boost/test/unit_test.hpp>

#include "aio/engine.h"
#include "aio/libaio/context.h"

namespace uaio {
namespace {

struct Open {
    Open() {
        engine.start();
        BOOST_TEST_REQUIRE(open_context(8, context) == 0);
    }
    ~Open() {
        Visit visit(context->address.load());
        close_context(*visit.hand_over());
    }

    Context* context;
};

BOOST_FIXTURE_TEST_CASE(a_slot_that_is_held_is_not_used_again, Open) {
    Slot* one = open_slot(*context);
    BOOST_TEST_REQUIRE(one != nullptr);
    BOOST_TEST(hold(*one));
    close_slot(*one);
    Slot* other = open_slot(*context);
    BOOST_TEST(other != one);
    close_slot(*other);
    BOOST_TEST(hold(*one));
    let_go(*one);
    let_go(*one);
    BOOST_TEST(open_slot(*context) == one);
    close_slot(*one);
}

BOOST_FIXTURE_TEST_CASE(what_is_free_cannot_be_held, Open) {
    Slot* slot = open_slot(*context);
    BOOST_TEST_REQUIRE(slot != nullptr);
    close_slot(*slot);
    BOOST_TEST(!hold(*slot));
}

}  // namespace
}  // namespace uaio
