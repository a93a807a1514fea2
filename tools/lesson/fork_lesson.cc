// fork: requests stay with the parent, and the child can make its own.
#include <errno.h>

#include "tools/lesson/lesson.h"

namespace uaio::lesson {
namespace {

void in_child(Stage& stage, Part& parents) {
    bool in_progress = stage.error_of(parents) == EINPROGRESS;
    stage.remark(std::string("aio_error(A) says ") +
                 (in_progress ? "EINPROGRESS" : "it has ended"));
    stage.write(stage.quick_file(), {0, 4}, "write file 2");
}

void play(Stage& stage) {
    stage.slow_down();
    Part& a = stage.write(stage.slow_file(), {0, 4}, "write file 1");
    stage.remark("the program calls fork");
    stage.in_child(in_child, a);
    stage.remark("the child has ended");
    stage.disk_ends(a);
    stage.finish();
}

}  // namespace

extern const Lesson kForkLesson;
const Lesson kForkLesson = {
    .name = "fork",
    .title = "Fork",
    .story =
        "One worker, which is busy with A, and the program forks. The child submits a\n"
        "request of its own, B, while the parent's worker is still in A.\n",
    .seen =
        "The child has a copy of A's block, which says EINPROGRESS for ever: requests\n"
        "are not inherited, and A is written once, by the parent. The child's engine\n"
        "begins empty, whatever the parent's threads were doing, and starts a worker of\n"
        "its own for B. In glibc the child inherits the number of threads and none of\n"
        "the threads: where the one that may be is believed to be there, B is put on a\n"
        "list that nobody reads (G2). The order in a descriptor plays no part in this,\n"
        "so strict looks the same.\n",
    .threads = 1,
    .express = false,
    .play = play,
};

}  // namespace uaio::lesson
