// Plays a lesson on the real engine, and brings back what was recorded.
#pragma once

#include <string>
#include <vector>

#include "tools/lesson/cue.h"
#include "tools/lesson/lesson.h"
#include "tools/uaio/trace_file.h"

namespace uaio::lesson {

enum class Order { kConflict, kStrict };

struct Recording {
    tools::Trace trace;
    std::vector<Cue> cues;  // of that process
};

// In a process of its own, because settings are read once. The lesson's process comes first, then
// the child that it may have made. Nothing of it is left behind. Throws Failure.
std::vector<Recording> play(const Lesson& lesson, Order order);

}  // namespace uaio::lesson
