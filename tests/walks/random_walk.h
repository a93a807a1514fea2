// Random walks: longer than what can be enumerated, with more requests, descriptors and bytes.
//
// A walk is made from a seed and its number alone, so it can be made again, and a search can go on
// where another one ended.
#pragma once

#include <stdint.h>

#include <optional>

#include "tests/walks/enumerate.h"
#include "tests/walks/plant.h"

namespace uaio::test {

// Plays one walk. What it finds is as long as the walk was: see shrink.h.
std::optional<Finding> random_walk(uint64_t seed, uint64_t number, const Plant& plant,
                                   Tally& tally);

}  // namespace uaio::test
