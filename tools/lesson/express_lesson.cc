// The express lane: what is in the system's cache needs no thread.
#include "tools/lesson/lesson.h"

namespace uaio::lesson {
namespace {

// What lies there is in no cache.
constexpr off_t kCold = 8192;

void play(Stage& stage) {
    stage.slow_down(kCold);
    int file = stage.slow_file();
    stage.read(file, {0, 4}, "read cached bytes");
    if (!stage.was_read_at_once()) {
        stage.remark("no such reads where TMPDIR is (tmpfs has none): try another folder");
    }
    Part& b = stage.read(file, {kCold, 4}, "read cold bytes");
    stage.read(file, {0, 4}, "read cached bytes");
    stage.read(stage.quick_file(), {0, 4}, "read another file");
    stage.disk_ends(b);
    stage.finish();
}

}  // namespace

extern const Lesson kExpressLesson;
const Lesson kExpressLesson = {
    .name = "express",
    .title = "The express lane",
    .story =
        "One worker. A and C read bytes that are in the system's cache, B reads bytes\n"
        "of the same file that only the disk has. D reads another file. In this lesson\n"
        "alone the express lane is open.\n",
    .seen =
        "A is read by the program's own thread while it is in aio_read: published\n"
        "before the call returns, with no record, no lock and no thread. B is tried\n"
        "too and is not to be had at once, so it takes the long way. Then C: two reads\n"
        "may pass each other, so ours reads it at once, though B has the only worker;\n"
        "under the strict rule nothing of a descriptor may be overtaken, and C queues\n"
        "up. glibc has no such lane: there every read goes to a thread (G16).\n",
    .threads = 1,
    .express = true,
    .play = play,
};

}  // namespace uaio::lesson
