/* As cases.c: what becomes of requests whose descriptor is closed straight after they were
   submitted. Our library sees that only if it is preloaded. */
#include <fcntl.h>
#include <libaio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/libaio/answers.h"

enum { WRITES = 100, EACH = 64 };

static struct iocb many[WRITES], *each_of_many[WRITES];

static void prepare_writes(int fd) {
    for (int i = 0; i < WRITES; ++i) {
        char* piece = data + i * EACH;
        memset(piece, 'A' + i % 26, EACH);
        io_prep_pwrite(&many[i], fd, piece, EACH, (long long)i * EACH);
        each_of_many[i] = &many[i];
    }
}

static void prepare_reads(int fd) {
    for (int i = 0; i < WRITES; ++i) io_prep_pread(&many[i], fd, data, EACH, 0);
}

static void say_results(const char* what, int count) {
    struct io_event events[WRITES];
    long sum = 0;
    int got = io_getevents(context, count, count, events, NULL);
    for (int i = 0; i < got; ++i) sum += (long)events[i].res;
    say("%s: %s events, sum %ld", what, name(got), sum);
}

static void say_contents(const char* what) {
    static char found[WRITES * EACH + 1];
    int fd = open(path, O_RDONLY);
    ssize_t got = pread(fd, found, sizeof found, 0);
    say("%s: %s bytes, %s", what, name(got),
        got == WRITES * EACH && memcmp(found, data, WRITES * EACH) == 0 ? "right" : "wrong");
    close(fd);
}

/* How a descriptor goes: the last one also gives its number to another file. */
static void close_it(int fd, int how) {
    if (how == 0) {
        close(fd);
    } else if (how == 1) {
        if (close_range((unsigned)fd, (unsigned)fd, 0) != 0) exit(3);
    } else {
        int null = open("/dev/null", O_RDWR);
        if (dup2(null, fd) != fd) exit(3);
        close(null);
        close(fd);
    }
}

static void closing_files(void) {
    static const char* const names[] = {"close", "close_range", "dup2"};
    for (int how = 0; how < 3; ++how) {
        for (int append = 0; append < 2; ++append) {
            int fd = scratch(append ? O_APPEND : 0);
            if (ftruncate(fd, 0) != 0) exit(3);
            prepare_writes(fd);
            say("%s: submit %s", names[how], name(io_submit(context, WRITES, each_of_many)));
            close_it(fd, how);
            say_results(names[how], WRITES);
            say_contents(append ? "appended" : "written");
        }
    }
}

static void closing_syncs(void) {
    int fd = scratch(0);
    if (ftruncate(fd, 0) != 0) exit(3);
    prepare_writes(fd);
    io_prep_fdsync(&many[0], fd);
    say("with a sync: submit %s", name(io_submit(context, WRITES, each_of_many)));
    close(fd);
    say_results("with a sync", WRITES);
}

static void closing_pipes(void) {
    int ends[2];
    if (pipe(ends) != 0) exit(3);
    prepare_writes(ends[1]);
    say("pipe: submit %s", name(io_submit(context, WRITES, each_of_many)));
    close(ends[1]);
    say_results("written to a pipe", WRITES);
    prepare_reads(ends[0]);
    say("pipe: submit %s", name(io_submit(context, WRITES, each_of_many)));
    close(ends[0]);
    say_results("read from a pipe", WRITES);
}

/* Which take no offsets. */
static void closing_sockets(void) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) exit(3);
    prepare_writes(pair[0]);
    for (int i = 0; i < WRITES; ++i) many[i].u.c.offset = 0;
    say("socket: submit %s", name(io_submit(context, WRITES, each_of_many)));
    close(pair[0]);
    say_results("written to a socket", WRITES);
    prepare_reads(pair[1]);
    say("socket: submit %s", name(io_submit(context, WRITES, each_of_many)));
    close(pair[1]);
    say_results("read from a socket", WRITES);
}

int main(int count, char** words) {
    if (count != 2) return 2;
    if (!begin(words[1], WRITES)) return 1;
    closing_files();
    closing_syncs();
    closing_pipes();
    closing_sockets();
    say("destroy: %s", name(io_destroy(context)));
    return 0;
}
