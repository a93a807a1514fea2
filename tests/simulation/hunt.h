// Hunt: many schedules, each in a process of its own.
#pragma once

#include <stdint.h>

#include <string>

namespace uaio::sim {

struct Hunt {
    uint64_t schedules = 0;  // that were run to their end
    uint64_t steps = 0;
    uint64_t requests = 0;
    bool found = false;   // one of them shows a bug:
    uint64_t seed = 0;    // its seed,
    std::string failure;  // what is wrong, and
    std::string walk;     // what led to it, one line for each step
};

enum class Walk : uint8_t {
    kOfFailure,  // of the schedule that shows a bug
    kAlways,     // of the last schedule, if none does
    kInSteps,    // the same, with every atomic operation
};

// Runs the schedules of the seeds from `first` on, until one shows a bug.
Hunt hunt(uint64_t first, uint64_t count, Walk walk = Walk::kOfFailure);

}  // namespace uaio::sim
