// Cancelling: before a request is taken, while it runs, and when it is over.
#include "tools/lesson/lesson.h"

namespace uaio::lesson {
namespace {

void play(Stage& stage) {
    stage.slow_down();
    Part& a = stage.write(stage.slow_file(), {0, 4}, "write file 1");
    Part& b = stage.write(stage.quick_file(), {0, 4}, "write file 2");
    stage.write(stage.quick_file(), {0, 4}, "write file 2");
    stage.cancel(b);
    stage.cancel(a);
    stage.disk_ends(a);
    stage.finish();
    stage.cancel(a);
}

}  // namespace

extern const Lesson kCancelLesson;
const Lesson kCancelLesson = {
    .name = "cancel",
    .title = "The cancel race",
    .story =
        "One worker, which is busy with A. B and C write the same bytes of another\n"
        "file. The program cancels B, which nobody has taken yet, then A, which runs,\n"
        "and A once more when it is over.\n",
    .seen =
        "Worker and canceller race for a request under one lock, and whoever takes it\n"
        "out of the schedule publishes it: B was withdrawn by the program itself, so\n"
        "no worker ever saw it. What waited for B is looked at again in the same place\n"
        "as after a run, so C runs. In glibc cancelling has a place of its own, which\n"
        "forgets to put C on the run list: C never ends (defect G1 in the chapter).\n",
    .threads = 1,
    .express = false,
    .play = play,
};

}  // namespace uaio::lesson
