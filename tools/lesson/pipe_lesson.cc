// What may wait for ever: a read of a socket to which nobody sends.
#include "tools/lesson/lesson.h"

namespace uaio::lesson {
namespace {

void play(Stage& stage) {
    stage.read(stage.socket(), {0, 5}, "read the socket");
    stage.write(stage.socket(), {0, 5}, "write the socket");
    stage.read(stage.quick_file(), {0, 4}, "read a file");
    stage.peer_sends("hello");
    stage.finish();
}

}  // namespace

extern const Lesson kPipeLesson;
const Lesson kPipeLesson = {
    .name = "pipe",
    .title = "A blocked pipe",
    .story =
        "One worker. A reads a socket (a pipe that goes both ways) to which nobody has\n"
        "sent anything. B writes to the same socket, C reads a file. Then the peer\n"
        "sends what A waits for.\n",
    .seen =
        "The worker tries A, finds nothing, and parks it: A stays at the head of its\n"
        "direction and holds no thread, so the only worker reads the file. Under ours\n"
        "B goes out at once, because reading and writing are two directions; the\n"
        "strict rule makes B wait, and if the peer waits for B, both wait for ever\n"
        "(G9). glibc does worse than our strict order: the thread waits in read, and\n"
        "with one thread C would wait as well. With 20 threads, which is its default,\n"
        "twenty such reads stop all file I/O (G10).\n",
    .threads = 1,
    .express = false,
    .play = play,
};

}  // namespace uaio::lesson
