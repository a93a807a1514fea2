// Stage: a schedule, the lanes of a few descriptors, and requests to play with.
#pragma once

#include <array>
#include <deque>
#include <memory>

#include <boost/test/unit_test.hpp>

#include "aio/lane.h"
#include "aio/schedule.h"
#include "tests/aio/make_request.h"

namespace uaio::test {

struct Stage {
    static constexpr size_t kLanes = 4;

    // A new request for the descriptor of that lane.
    Request& admit(size_t lane, const Operation& operation) {
        Request& request = requests.emplace_back();
        readmit(request, lane, operation);
        return request;
    }

    // The same with a record that is not in use.
    void readmit(Request& request, size_t lane, const Operation& operation) {
        make_request(request, lanes[lane], operation);
        request.wave = operation.kind == Kind::kWrite ? &waves.fresh() : nullptr;
        schedule->admit(request);
    }

    // The next request that a worker gets must be this one.
    void take(Request& expected) {
        BOOST_TEST_REQUIRE(schedule->take() == &expected);
        BOOST_TEST((state_of(expected) == State::kRunning));
    }

    void take_nothing() { BOOST_TEST_REQUIRE(schedule->take() == nullptr); }

    std::deque<Request> requests;  // outlive the schedule, stay where they are
    Waves waves;
    std::array<Lane, kLanes> lanes = {};
    std::unique_ptr<Schedule> schedule = std::make_unique<Schedule>();
};

}  // namespace uaio::test
