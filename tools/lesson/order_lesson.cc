// Order in one descriptor: what may run side by side, and what must not.
#include "tools/lesson/lesson.h"

namespace uaio::lesson {
namespace {

void play(Stage& stage) {
    stage.slow_down();
    int file = stage.slow_file();
    Part& a = stage.write(file, {0, 4}, "write bytes 0-3");
    stage.write(file, {2, 4}, "write bytes 2-5");
    Part& c = stage.read(file, {8, 4}, "read bytes 8-11");
    stage.read(file, {0, 4}, "read bytes 0-3");
    stage.disk_ends(c);
    stage.disk_ends(a);
    stage.finish();
}

}  // namespace

extern const Lesson kOrderLesson;
const Lesson kOrderLesson = {
    .name = "order",
    .title = "Order in one descriptor",
    .story =
        "Four requests for one file, two workers. B writes over bytes of A, D reads\n"
        "what A and B write, and C has bytes to itself. The disk takes its time: a\n"
        "system call ends when the lesson says so.\n",
    .seen =
        "Ours runs C beside A, because nobody could tell, and holds B and D back,\n"
        "because everybody could: D has to read what B wrote over what A wrote. The\n"
        "strict rule is that of glibc: it does not look at bytes, and the second\n"
        "worker has nothing to do, however fast the disk.\n",
    .threads = 2,
    .express = false,
    .play = play,
};

}  // namespace uaio::lesson
