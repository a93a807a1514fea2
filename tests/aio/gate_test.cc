// Who gets through a gate, and who follows when one leaves. Method: requests with an order, moved
// from state to state by hand as the schedule does it.
#define BOOST_TEST_MODULE gate
#include "aio/gate.h"

#include <stdint.h>

#include <array>

#include <boost/test/unit_test.hpp>

#include "aio/request.h"

namespace uaio {
namespace {

// A gate and requests with the orders 1, 2, 3, ...
struct Crowd {
    Crowd() {
        uint64_t order = 1;
        for (Request& request : requests) {
            request.order = order++;
        }
    }

    // The request with that order.
    Request& operator[](size_t order) { return requests[order - 1]; }

    // As the schedule carries a move out.
    void make(GateMove move) {
        if (move.turned_out != nullptr) {
            move.turned_out->state = State::kHeld;
            hold(gate, *move.turned_out);
        }
        if (move.let_in != nullptr) {
            move.let_in->state = State::kReady;
        }
    }

    GateMove arrive(size_t order, uint8_t limit) {
        (*this)[order].state = State::kHeld;
        (*this)[order].gate_limit = limit;
        GateMove move = enter(gate, (*this)[order]);
        make(move);
        return move;
    }

    GateMove go(size_t order) {
        GateMove move = leave(gate, (*this)[order]);
        make(move);
        return move;
    }

    Gate gate = {};
    std::array<Request, 8> requests = {};
};

BOOST_AUTO_TEST_CASE(lets_in_up_to_the_limit) {
    Crowd crowd;
    for (size_t order : {1, 2, 3}) {
        BOOST_TEST(crowd.arrive(order, 3).let_in == &crowd[order]);
        BOOST_TEST(crowd[order].gated);
    }
    GateMove move = crowd.arrive(4, 3);
    BOOST_TEST(move.let_in == nullptr);
    BOOST_TEST(move.turned_out == nullptr);
    BOOST_TEST(crowd.gate.inside == 3u);
    BOOST_TEST(!crowd.gate.outside.empty());
}

BOOST_AUTO_TEST_CASE(those_outside_follow_in_queue_order) {
    Crowd crowd;
    for (size_t order : {1, 2, 7, 5, 6}) {
        crowd.arrive(order, 2);
    }
    BOOST_TEST(crowd.go(2).let_in == &crowd[5]);
    BOOST_TEST(crowd.go(1).let_in == &crowd[6]);
    BOOST_TEST(crowd.go(6).let_in == &crowd[7]);
    BOOST_TEST(crowd.gate.inside == 2u);
    BOOST_TEST(crowd.go(5).let_in == nullptr);
    BOOST_TEST(crowd.go(7).let_in == nullptr);
    BOOST_TEST(crowd.gate.inside == 0u);
}

BOOST_AUTO_TEST_CASE(one_that_left_does_not_count) {
    Crowd crowd;
    crowd.arrive(1, 1);
    crowd.go(1);
    BOOST_TEST(!crowd[1].gated);
    BOOST_TEST(crowd.gate.solo == nullptr);
    BOOST_TEST(crowd.arrive(2, 1).let_in == &crowd[2]);
}

BOOST_AUTO_TEST_CASE(an_earlier_newcomer_overtakes_one_that_is_ready) {
    Crowd crowd;
    crowd.arrive(5, 1);
    GateMove move = crowd.arrive(3, 1);
    BOOST_TEST(move.let_in == &crowd[3]);
    BOOST_TEST(move.turned_out == &crowd[5]);
    BOOST_TEST(crowd[3].gated);
    BOOST_TEST(!crowd[5].gated);
    BOOST_TEST(crowd.gate.inside == 1u);
    BOOST_TEST(crowd.go(3).let_in == &crowd[5]);
}

BOOST_AUTO_TEST_CASE(nobody_overtakes_one_that_runs) {
    Crowd crowd;
    crowd.arrive(5, 1);
    crowd[5].state = State::kRunning;
    BOOST_TEST(crowd.arrive(3, 1).let_in == nullptr);
    BOOST_TEST(crowd.go(5).let_in == &crowd[3]);
}

BOOST_AUTO_TEST_CASE(a_later_newcomer_overtakes_nobody) {
    Crowd crowd;
    crowd.arrive(3, 1);
    GateMove move = crowd.arrive(5, 1);
    BOOST_TEST(move.let_in == nullptr);
    BOOST_TEST(move.turned_out == nullptr);
}

BOOST_AUTO_TEST_CASE(a_follower_can_be_overtaken_too) {
    Crowd crowd;
    crowd.arrive(2, 1);
    crowd[2].state = State::kRunning;
    crowd.arrive(6, 1);
    BOOST_TEST(crowd.go(2).let_in == &crowd[6]);
    GateMove move = crowd.arrive(4, 1);
    BOOST_TEST(move.let_in == &crowd[4]);
    BOOST_TEST(move.turned_out == &crowd[6]);
}

BOOST_AUTO_TEST_CASE(nobody_overtakes_at_a_wide_gate) {
    Crowd crowd;
    crowd.arrive(5, 2);
    crowd.arrive(6, 2);
    GateMove move = crowd.arrive(1, 2);
    BOOST_TEST(move.let_in == nullptr);
    BOOST_TEST(move.turned_out == nullptr);
    BOOST_TEST(crowd.go(5).let_in == &crowd[1]);
}

BOOST_AUTO_TEST_CASE(one_that_gave_up_does_not_follow) {
    Crowd crowd;
    for (size_t order : {1, 2, 3, 4}) {
        crowd.arrive(order, 1);
    }
    give_up(crowd.gate, crowd[2]);
    BOOST_TEST(crowd.go(1).let_in == &crowd[3]);
    give_up(crowd.gate, crowd[4]);
    BOOST_TEST(crowd.go(3).let_in == nullptr);
    BOOST_TEST(crowd.gate.inside == 0u);
}

}  // namespace
}  // namespace uaio
