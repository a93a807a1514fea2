// Sync: a barrier for what was written before it, and for nothing else.
#include "tools/lesson/lesson.h"

namespace uaio::lesson {
namespace {

void play(Stage& stage) {
    stage.slow_down();
    int file = stage.slow_file();
    Part& a = stage.write(file, {0, 4}, "write bytes 0-3");
    stage.write(file, {4, 4}, "write bytes 4-7, -5", 5);
    stage.sync(file, "aio_fsync, O_DSYNC");
    Part& d = stage.read(file, {12, 4}, "read bytes 12-15");
    stage.disk_ends(d);
    stage.disk_ends(a);
    stage.finish();
}

}  // namespace

extern const Lesson kSyncLesson;
const Lesson kSyncLesson = {
    .name = "sync",
    .title = "Sync as a barrier",
    .story =
        "One file, two workers. A is being written; B is a less urgent write that\n"
        "waits for it. Then the program asks for a sync, C, and for a read, D.\n",
    .seen =
        "The sync waits for both writes that were queued before it, however urgent it\n"
        "is itself, and holds nothing back: under our order D runs at once. Our strict\n"
        "order keeps the barrier too. glibc does not: there a sync is one more request\n"
        "of the chain, sorted by priority: A C D B. The program is told that all is on\n"
        "the disk, and B is not even written (defect G5).\n",
    .threads = 2,
    .express = false,
    .play = play,
};

}  // namespace uaio::lesson
