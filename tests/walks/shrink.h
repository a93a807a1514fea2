// Shrink: the shortest walk that can be found by leaving things out of one that is wrong.
#pragma once

#include <optional>
#include <ostream>

#include "tests/walks/enumerate.h"
#include "tests/walks/plant.h"

namespace uaio::test {

// Plays a walk, without the steps that are not possible when their turn comes. What is wrong with
// it, and the steps up to there; nothing if it is right.
std::optional<Finding> replay(const Walk& walk, const Plant& plant);

// `finding` is what replay() gave. No step can be left out of the result, and no request made
// plainer, without what is wrong going away.
Finding shrink(const Finding& finding, const Plant& plant);

// Plays a walk and writes each step in a sentence, with the state of every request after it.
// Returns what is wrong. Throws std::invalid_argument at a step that is not possible.
std::optional<Finding> narrate(std::ostream& out, const Walk& walk, const Plant& plant);

}  // namespace uaio::test
