// Priorities: across descriptors, and in one.
#include "tools/lesson/lesson.h"

namespace uaio::lesson {
namespace {

void play(Stage& stage) {
    stage.slow_down();
    Part& a = stage.write(stage.slow_file(), {0, 4}, "write file 1");
    stage.write(stage.quick_file(), {0, 4}, "write file 2, -10", 10);
    stage.write(stage.other_file(), {0, 4}, "write file 3, -5", 5);
    stage.write(stage.quick_file(), {0, 4}, "write file 2, 0");
    stage.disk_ends(a);
    stage.finish();
}

}  // namespace

extern const Lesson kPrioritiesLesson;
const Lesson kPrioritiesLesson = {
    .name = "priorities",
    .title = "Priorities",
    .story =
        "One worker, which is busy with A. Meanwhile three requests come that get\n"
        "more urgent each time: B, lowered by an aio_reqprio of 10, C by 5, D not at\n"
        "all. B and D write the same bytes of the same file.\n",
    .seen =
        "A free worker takes the most urgent request that may run. D comes before B\n"
        "even in its own descriptor, as long as B has not been taken; then B waits for\n"
        "D. glibc itself differs here from our strict order: the head of a\n"
        "descriptor's chain is never overtaken, though it may only be waiting. There\n"
        "D stands behind B, and B goes after C: A C B D, the most urgent comes last.\n",
    .threads = 1,
    .express = false,
    .play = play,
};

}  // namespace uaio::lesson
