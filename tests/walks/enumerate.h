// Enumerate: all walks within bounds, by depth-first search.
//
// A walk is a sequence of choices, and each one is played from the start: nothing has to be undone,
// and nothing of the schedule has to be copied. What two walks have in common at their beginning is
// looked at once.
#pragma once

#include <stdint.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/walks/plant.h"
#include "tests/walks/play.h"
#include "tests/walks/walk.h"

namespace uaio::test {

struct Bounds {
    Order order;
    const char* admissions;  // words; any of them may be chosen each time
    int requests;            // in one walk, exactly
    int withdrawals;         // in one walk, at most; the same for parks
    int parks;
    bool both_times;  // bytes may move at the take, not only at the retirement
};

// A walk and what is wrong at its end.
struct Finding {
    Walk walk;
    std::string error;
};

struct Tally {
    uint64_t walks = 0;  // from rest to rest
    uint64_t steps = 0;  // that were looked at: different beginnings of walks
};

// What may be done next, in a fixed order.
std::vector<Step> choices(const Play& play, const Bounds& bounds,
                          const std::vector<Step>& admissions, const std::vector<Step>& done);

// All walks, or those until the first one that breaks.
std::optional<Finding> enumerate(const Bounds& bounds, const Plant& plant, Tally& tally,
                                 Looks looks = {});

}  // namespace uaio::test
