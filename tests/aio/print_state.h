// Names of states in the messages of Boost.Test.
#pragma once

#include <ostream>

#include "aio/request.h"

namespace uaio {

inline const char* name_of(State state) {
    switch (state) {
        case State::kFilled:
            return "kFilled";
        case State::kPosted:
            return "kPosted";
        case State::kBarred:
            return "kBarred";
        case State::kBlocked:
            return "kBlocked";
        case State::kHeld:
            return "kHeld";
        case State::kParked:
            return "kParked";
        case State::kReady:
            return "kReady";
        case State::kRunning:
            return "kRunning";
        case State::kWithdrawn:
            return "kWithdrawn";
        case State::kPublishing:
            return "kPublishing";
        case State::kPublished:
            return "kPublished";
    }
    return "?";
}

inline std::ostream& operator<<(std::ostream& out, State state) {
    return out << name_of(state);
}

}  // namespace uaio
