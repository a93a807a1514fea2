// A list: many requests in one call, and one bell at the end.
#include "tools/lesson/lesson.h"

namespace uaio::lesson {
namespace {

void play(Stage& stage) {
    stage.slow_down();
    stage.list(
        {{{0, 4}, "read bytes 0-3"}, {{4, 4}, "read bytes 4-7"}, {{8, 4}, "read bytes 8-11"}});
    stage.finish();
}

}  // namespace

extern const Lesson kListLesson;
const Lesson kListLesson = {
    .name = "list",
    .title = "A list",
    .story =
        "One lio_listio with LIO_NOWAIT hands over three reads of neighbouring bytes.\n"
        "A has a callback of its own, and the list has one too. There is one worker.\n",
    .seen =
        "The list comes to the inbox as one chain, with nothing in between. Each\n"
        "request is published by itself and A's owner told by itself; whoever\n"
        "publishes the last one tells the owner of the list. Ours makes the three\n"
        "reads by one preadv, because each goes on where the one before it ends; the\n"
        "strict rule, and glibc, make one after the other.\n",
    .threads = 1,
    .express = false,
    .play = play,
};

}  // namespace uaio::lesson
