/* A program for any libaio: what each call answers, one line for each question. It is run on the
   kernel's library and on ours, and the lines are compared (differential_test.sh). Nothing in them
   depends on time or place. */
#include <errno.h>
#include <fcntl.h>
#include <libaio.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/libaio/answers.h"

struct header {
    unsigned id, nr, head, tail, magic, compat, incompat, length;
};

/* Exported, and not declared, by libaio. */
int io_queue_wait(io_context_t ctx, struct timespec* timeout);

/* Submits one block and says what came of it. */
static void ask(const char* what, struct iocb* block) {
    struct io_event event;
    errno = 77;
    int taken = io_submit(context, 1, &block);
    if (errno != 77) say("%s: errno was changed", what);
    if (taken != 1) {
        say("%s: io_submit %s", what, name(taken));
        return;
    }
    int got = io_getevents(context, 1, 1, &event, NULL);
    say("%s: event %s, object %s, res2 %ld", what, got == 1 ? name((long)event.res) : name(got),
        event.obj == block ? "right" : "wrong", (long)event.res2);
}

static void setup(void) {
    io_context_t other = NULL;
    say("setup 0: %s", name(io_setup(0, &other)));
    say("setup -1: %s", name(io_setup(-1, &other)));
    say("setup huge: %s", name(io_setup(1 << 28, &other)));
    say("setup wild: %s", name(io_setup(8, (io_context_t*)8)));
    say("setup wild and 0: %s", name(io_setup(0, (io_context_t*)8)));
    other = (io_context_t)1;
    say("setup used: %s", name(io_setup(8, &other)));
    say("queue_init 0: %s", name(io_queue_init(0, &other)));
    other = (io_context_t)1;
    say("queue_init used: %s", name(io_queue_init(8, &other)));
    for (int i = 0; i < 3; ++i) {
        int events = i == 0 ? 1 : i == 1 ? 128 : 1024;
        io_context_t sized = NULL;
        say("setup %d: %s", events, name(io_setup(events, &sized)));
        const struct header* ring = (const struct header*)sized;
        // A small one has room for some events of each processor, of which the kernel may know more
        // than this process may use.
        if (i == 2) say("ring: nr %u", ring->nr);
        say("ring: enough %d head %u tail %u magic %x compat %u incompat %u length %u",
            ring->nr >= 2u * (unsigned)events, ring->head, ring->tail, ring->magic, ring->compat,
            ring->incompat, ring->length);
        say("destroy: %s", name(io_destroy(sized)));
        say("destroy again: %s", name(io_destroy(sized)));
    }
    say("release: %s", name(io_queue_release(other)));
    say("destroy null: %s", name(io_destroy(NULL)));
    say("destroy wild: %s", name(io_destroy((io_context_t)8)));
}

static void submission(void) {
    int fd = scratch(0);
    struct iocb one, two, three, *list[3] = {&one, &two, &three};
    say("submit nothing: %s", name(io_submit(context, 0, NULL)));
    say("submit -1: %s", name(io_submit(context, -1, list)));
    say("submit to null: %s", name(io_submit(NULL, 1, list)));
    say("submit wild array: %s", name(io_submit(context, 1, (struct iocb**)8)));
    list[0] = NULL;
    say("submit null block: %s", name(io_submit(context, 1, list)));
    list[0] = (struct iocb*)8;
    say("submit wild block: %s", name(io_submit(context, 1, list)));
    list[0] = &one;
    io_prep_pread(&one, fd, data, 100, 0);
    io_prep_pread(&two, -1, data, 100, 0);
    io_prep_pread(&three, fd, data, 100, 0);
    say("good, bad, good: %s", name(io_submit(context, 3, list)));
    say("the bad one: %s", name(io_submit(context, 2, list + 1)));
    struct io_event event;
    say("one event: %s", name(io_getevents(context, 1, 3, &event, NULL)));
    io_prep_pread(&one, fd, data, 100, 0);
    list[1] = NULL;
    say("good, null: %s", name(io_submit(context, 2, list)));
    say("its event: %s", name(io_getevents(context, 1, 3, &event, NULL)));
    close(fd);
}

static void transfers(void) {
    int fd = scratch(0);
    struct iocb block;
    io_prep_pread(&block, fd, data, 100, 26);
    block.data = (void*)5;
    ask("pread", &block);
    say("data: %.4s", data);
    io_prep_pread(&block, fd, data, 100, 8150);
    ask("pread at the end", &block);
    io_prep_pread(&block, fd, data, 100, 9000);
    ask("pread behind the end", &block);
    io_prep_pread(&block, fd, data, 0, 0);
    ask("pread of nothing", &block);
    io_prep_pwrite(&block, fd, (void*)"HELLO", 5, 3);
    ask("pwrite", &block);
    io_prep_pread(&block, fd, data, 10, 0);
    ask("pread of it", &block);
    say("data: %.10s", data);
    struct iovec pieces[] = {{data, 3}, {NULL, 0}, {data + 10, 4}};
    io_prep_preadv(&block, fd, pieces, 3, 3);
    ask("preadv", &block);
    say("data: %.3s %.4s", data, data + 10);
    io_prep_pwritev(&block, fd, pieces, 3, 100);
    ask("pwritev", &block);
    io_prep_preadv(&block, fd, pieces, 0, 0);
    ask("preadv of no pieces", &block);
    io_prep_preadv(&block, fd, pieces, 1025, 0);
    ask("preadv of too many", &block);
    io_prep_preadv(&block, fd, (struct iovec*)8, 2, 0);
    ask("preadv wild pieces", &block);
    pieces[1].iov_len = (size_t)-1;
    io_prep_preadv(&block, fd, pieces, 3, 0);
    ask("preadv negative piece", &block);
    io_prep_pread(&block, fd, (void*)8, 100, 0);
    ask("pread to nowhere", &block);
    io_prep_pread(&block, fd, data, (size_t)-1, 0);
    ask("pread negative length", &block);
    io_prep_pread(&block, fd, data, 10, -1);
    ask("pread negative offset", &block);
    io_prep_pwrite(&block, fd, data, 10, -5);
    ask("pwrite negative offset", &block);
    io_prep_pread(&block, fd, data, 100, INT64_MAX - 10);
    ask("pread beyond the last offset", &block);
    io_prep_pread(&block, fd, data, 10, INT64_MAX - 10);
    ask("pread up to the last offset", &block);
    io_prep_fsync(&block, fd);
    ask("fsync", &block);
    io_prep_fdsync(&block, fd);
    ask("fdsync", &block);
    block.u.c.offset = 1;
    ask("fdsync with an offset", &block);
    io_prep_pread(&block, fd, data, 10, 0);
    block.aio_lio_opcode = IO_CMD_NOOP;
    ask("noop", &block);
    block.aio_lio_opcode = 4;
    ask("preadx", &block);
    block.aio_lio_opcode = 99;
    ask("unknown operation", &block);
    io_prep_pread(&block, fd, data, 10, 0);
    block.u.c.__pad3 = 1;
    ask("reserved field", &block);
    io_prep_pread(&block, fd, data, 10, 0);
    block.u.c.flags = 0x80;
    ask("unknown flags", &block);
    close(fd);
}

static void descriptors(void) {
    struct iocb block;
    int fd = open(path, O_RDONLY);
    io_prep_pwrite(&block, fd, data, 10, 0);
    ask("pwrite read-only", &block);
    io_prep_fsync(&block, fd);
    ask("fsync read-only", &block);
    close(fd);
    fd = open(path, O_PATH);
    io_prep_pread(&block, fd, data, 10, 0);
    ask("pread of a path", &block);
    io_prep_fsync(&block, fd);
    ask("fsync of a path", &block);
    io_prep_poll(&block, fd, POLLIN);
    ask("poll of a path", &block);
    close(fd);
    fd = open(path, O_WRONLY);
    io_prep_pread(&block, fd, data, 10, 0);
    ask("pread write-only", &block);
    close(fd);
    io_prep_pread(&block, fd, data, 10, 0);
    ask("pread closed", &block);
    fd = open("/", O_RDONLY);
    io_prep_pread(&block, fd, data, 10, 0);
    ask("pread directory", &block);
    close(fd);
    int ends[2];
    if (pipe(ends) != 0) exit(3);
    io_prep_fsync(&block, ends[1]);
    ask("fsync pipe", &block);
    io_prep_pwrite(&block, ends[1], (void*)"through", 7, 0);
    ask("pwrite pipe", &block);
    io_prep_pread(&block, ends[0], data, 100, 0);
    ask("pread pipe", &block);
    say("data: %.7s", data);
    io_prep_pread(&block, ends[0], data, 100, -1);
    ask("pread pipe negative offset", &block);
    close(ends[0]);
    close(ends[1]);
    fd = open("/dev/zero", O_RDWR);
    io_prep_pread(&block, fd, data, 100, 7);
    ask("pread /dev/zero", &block);
    close(fd);
    fd = open("/dev/full", O_RDWR);
    io_prep_pwrite(&block, fd, data, 100, 0);
    ask("pwrite /dev/full", &block);
    close(fd);
    fd = scratch(O_APPEND);
    io_prep_pwrite(&block, fd, (void*)"end", 3, 0);
    ask("pwrite append", &block);
    io_prep_pread(&block, fd, data, 100, 8190);
    ask("pread of it", &block);
    say("data: %.5s", data);
    close(fd);
}

static void flags(void) {
    struct iocb block;
    int fd = scratch(0);
    static const struct {
        int flags;
        const char* name;
    } rows[] = {{1, "HIPRI"}, {2, "DSYNC"}, {4, "SYNC"}, {0x10, "APPEND"}, {0x10000, "unknown"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        char text[40];
        snprintf(text, sizeof text, "pwrite %s", rows[i].name);
        io_prep_pwrite(&block, fd, (void*)"xyz", 3, 0);
        block.aio_rw_flags = rows[i].flags;
        ask(text, &block);
    }
    io_prep_pread(&block, fd, data, 100, 8190);
    ask("pread of the appended", &block);
    say("data: %.5s", data);
    io_prep_pread(&block, fd, data, 100, 0);
    block.aio_rw_flags = 8;
    ask("pread NOWAIT", &block);
    static const unsigned priorities[] = {0,           2 << 13 | 4, 2 << 13 | 7, 3 << 13,
                                          2 << 13 | 8, 1,           5 << 13};
    for (size_t i = 0; i < sizeof priorities / sizeof priorities[0]; ++i) {
        char text[40];
        snprintf(text, sizeof text, "pread priority %x", priorities[i]);
        io_prep_pread(&block, fd, data, 100, 0);
        block.u.c.flags = 2;
        block.aio_reqprio = (short)priorities[i];
        ask(text, &block);
    }
    close(fd);
}

/* A file in memory knows no transfers that do not wait. */
static void not_waiting(void) {
    struct iocb block;
    int fd = memfd_create("cases", 0);
    if (ftruncate(fd, 100) != 0) exit(3);
    io_prep_pread(&block, fd, data, 100, 0);
    block.aio_rw_flags = 8;
    ask("pread NOWAIT in memory", &block);
    io_prep_pwrite(&block, fd, data, 100, 0);
    block.aio_rw_flags = 8;
    ask("pwrite NOWAIT in memory", &block);
    close(fd);
    fd = scratch(0);
    io_prep_pread(&block, fd, data, 100, 9000);
    block.aio_rw_flags = 8;
    ask("pread NOWAIT behind the end", &block);
    close(fd);
    int ends[2];
    if (pipe(ends) != 0) exit(3);
    io_prep_pread(&block, ends[0], data, 100, 0);
    block.aio_rw_flags = 8;
    ask("pread NOWAIT of a pipe", &block);
    close(ends[0]);
    close(ends[1]);
}

static void bells(void) {
    struct iocb block[4], *list[4];
    struct io_event events[4];
    int fd = scratch(0);
    int bell = eventfd(0, EFD_NONBLOCK);
    for (int i = 0; i < 4; ++i) {
        io_prep_pread(&block[i], fd, data, 10, i);
        io_set_eventfd(&block[i], bell);
        list[i] = &block[i];
    }
    say("four with a bell: %s", name(io_submit(context, 4, list)));
    say("their events: %s", name(io_getevents(context, 4, 4, events, NULL)));
    uint64_t counted = 0;
    for (uint64_t more = 0; counted < 4;) {
        struct pollfd entry = {bell, POLLIN, 0};
        poll(&entry, 1, 10000);
        if (read(bell, &more, sizeof more) != sizeof more) break;
        counted += more;
    }
    say("counted: %d", (int)counted);
    io_prep_pread(&block[0], fd, data, 10, 0);
    io_set_eventfd(&block[0], fd);
    ask("a file for a bell", &block[0]);
    io_prep_pread(&block[0], fd, data, 10, 0);
    io_set_eventfd(&block[0], -1);
    ask("nothing for a bell", &block[0]);
    close(bell);
    close(fd);
}

static void on_alarm(int number) {
    (void)number;
}

static int is_pending(int number) {
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, number);
}

static void events(void) {
    struct io_event event[2];
    struct timespec now = {0, 0}, soon = {0, 1000000}, odd = {0, 1500000000}, second = {1, 0};
    say("min 0: %s", name(io_getevents(context, 0, 1, event, NULL)));
    say("min 0, time: %s", name(io_getevents(context, 0, 1, event, &soon)));
    say("min 1, no time: %s", name(io_getevents(context, 1, 1, event, &now)));
    say("min 1, some time: %s", name(io_getevents(context, 1, 1, event, &soon)));
    say("the time: %ld %ld", (long)soon.tv_sec, soon.tv_nsec);
    say("min 1, odd time: %s", name(io_getevents(context, 1, 1, event, &odd)));
    say("min -1: %s", name(io_getevents(context, -1, 1, event, NULL)));
    say("min above nr: %s", name(io_getevents(context, 2, 1, event, NULL)));
    say("nr 0: %s", name(io_getevents(context, 0, 0, NULL, NULL)));
    say("nr -1: %s", name(io_getevents(context, -1, -1, event, NULL)));
    say("null context: %s", name(io_getevents(NULL, 1, 1, event, NULL)));
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &action, NULL);
    struct iocb block, *list[] = {&block};
    int fd = scratch(0);
    io_prep_pread(&block, fd, data, 10, 0);
    say("submit: %s", name(io_submit(context, 1, list)));
    say("wild events: %s", name(io_getevents(context, 1, 1, (struct io_event*)8, NULL)));
    say("again: %s", name(io_getevents(context, 1, 1, event, NULL)));
    // Again and again, in case that the first one comes too early.
    struct itimerval often = {{0, 200000}, {0, 200000}};
    struct itimerval never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &often, NULL);
    say("interrupted: %s", name(io_getevents(context, 1, 1, event, NULL)));
    setitimer(ITIMER_REAL, &never, NULL);
    sigset_t none, alarms;
    sigemptyset(&none);
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    sigprocmask(SIG_BLOCK, &alarms, NULL);
    raise(SIGALRM);
    say("masked, blocked: %s", name(io_pgetevents(context, 1, 1, event, &second, NULL)));
    say("masked, let in: %s", name(io_pgetevents(context, 1, 1, event, &second, &none)));
    raise(SIGALRM);
    say("masked, no time: %s", name(io_pgetevents(context, 1, 1, event, &now, &none)));
    say("the signal waits: %d", is_pending(SIGALRM));
    raise(SIGALRM);
    say("masked, nothing wanted: %s", name(io_pgetevents(context, 0, 1, event, NULL, &none)));
    say("the signal waits: %d", is_pending(SIGALRM));
    io_submit(context, 1, list);
    const volatile struct header* ring = (const volatile struct header*)context;
    while (ring->head == ring->tail) sched_yield();
    raise(SIGALRM);
    say("masked, event: %s", name(io_pgetevents(context, 1, 1, event, NULL, &none)));
    say("the signal waits: %d", is_pending(SIGALRM));
    say("queue_wait: %s", name(io_queue_wait(context, &soon)));
    close(fd);
}

static int called;

static void on_event(io_context_t ctx, struct iocb* block, long res, long res2) {
    (void)ctx;
    (void)block;
    called += (int)(res + res2);
}

static void callbacks(void) {
    struct iocb block[3], *list[3];
    struct io_event unused;
    int fd = scratch(0);
    for (int i = 0; i < 3; ++i) {
        io_prep_pread(&block[i], fd, data, 10, 0);
        io_set_callback(&block[i], on_event);
        list[i] = &block[i];
    }
    say("submit: %s", name(io_submit(context, 3, list)));
    while (called < 30) {
        int ran = io_queue_run(context);
        if (ran != 0) say("queue_run: %s", name(ran));
    }
    say("called: %d", called);
    say("left: %s", name(io_getevents(context, 0, 1, &unused, NULL)));
    close(fd);
}

static void cancelling(void) {
    struct iocb block, *list[] = {&block};
    struct io_event event;
    int fd = scratch(0);
    io_prep_pread(&block, fd, data, 10, 0);
    say("cancel unknown: %s", name(io_cancel(context, &block, &event)));
    say("cancel wild: %s", name(io_cancel(context, (struct iocb*)8, &event)));
    say("cancel in nothing: %s", name(io_cancel(NULL, &block, &event)));
    io_submit(context, 1, list);
    io_getevents(context, 1, 1, &event, NULL);
    say("cancel finished: %s", name(io_cancel(context, &block, &event)));
    close(fd);
}

static void polls(void) {
    struct iocb block, other, *list[] = {&block, &other};
    struct io_event event;
    int ends[2];
    if (pipe(ends) != 0) exit(3);
    io_prep_poll(&block, ends[1], POLLOUT);
    ask("poll for writing", &block);
    io_prep_poll(&block, ends[0], POLLIN);
    say("poll for reading: %s", name(io_submit(context, 1, list)));
    say("nothing yet: %s", name(io_getevents(context, 0, 1, &event, NULL)));
    if (write(ends[1], "x", 1) != 1) exit(3);
    say("readable: %s", name(io_getevents(context, 1, 1, &event, NULL)));
    say("mask: %ld", (long)event.res & (POLLIN | POLLOUT | POLLERR | POLLHUP));
    ask("poll again", &block);
    if (read(ends[0], data, 1) != 1) exit(3);
    say("one: %s", name(io_submit(context, 1, list)));
    io_prep_poll(&other, ends[0], POLLIN | POLLRDHUP);
    say("another: %s", name(io_submit(context, 1, list + 1)));
    say("cancel one: %s", name(io_cancel(context, &block, &event)));
    say("its event: %s", name(io_getevents(context, 1, 1, &event, NULL)));
    say("whose: %s, res %s", event.obj == &block ? "right" : "wrong", name((long)event.res));
    say("cancel again: %s", name(io_cancel(context, &block, &event)));
    close(ends[1]);
    say("hung up: %s", name(io_getevents(context, 1, 1, &event, NULL)));
    say("mask: %ld", (long)event.res & (POLLIN | POLLOUT | POLLERR | POLLHUP));
    io_prep_poll(&block, ends[0], 0x10001);
    ask("poll with too many bits", &block);
    io_prep_poll(&block, ends[0], POLLIN);
    block.u.c.nbytes = 1;
    ask("poll with a length", &block);
    io_prep_poll(&block, -1, POLLIN);
    ask("poll closed", &block);
    close(ends[0]);
    int fd = scratch(0);
    io_prep_poll(&block, fd, POLLIN | POLLOUT);
    ask("poll a file", &block);
    io_prep_poll(&block, fd, POLLPRI);
    ask("poll a file for what it never has", &block);
    close(fd);
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) exit(3);
    io_prep_poll(&block, pair[0], POLLIN | POLLOUT);
    ask("poll a socket", &block);
    close(pair[0]);
    close(pair[1]);
}

/* Reads from the ring as QEMU does. */
static void reaping(void) {
    struct iocb block[5], *list[5];
    int fd = scratch(0);
    struct header* ring = (struct header*)context;
    for (int i = 0; i < 5; ++i) {
        io_prep_pread(&block[i], fd, data, (size_t)(10 + i), 0);
        list[i] = &block[i];
    }
    unsigned head = ring->head;
    say("submit: %s", name(io_submit(context, 5, list)));
    long sum = 0;
    for (int i = 0; i < 5; ++i) {
        while (__atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE) == head) {
        }
        const struct io_event* event = (const struct io_event*)(ring + 1) + head;
        sum += (long)event->res;
        head = (head + 1) % ring->nr;
        __atomic_store_n(&ring->head, head, __ATOMIC_RELEASE);
    }
    say("sum: %ld", sum);
    struct io_event event;
    say("left: %s", name(io_getevents(context, 0, 1, &event, NULL)));
    close(fd);
}

static void moving(void) {
    io_context_t moved = NULL;
    struct iocb block, *list[] = {&block};
    struct io_event event;
    int fd = scratch(0);
    say("setup: %s", name(io_setup(8, &moved)));
    struct header* place = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    place = mremap(moved, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, place);
    say("moved: %s", place != MAP_FAILED && place != (void*)moved ? "yes" : "no");
    io_prep_pread(&block, fd, data, 10, 0);
    say("submit: %s", name(io_submit((io_context_t)place, 1, list)));
    say("event: %s", name(io_getevents((io_context_t)place, 1, 1, &event, NULL)));
    say("old place: %s", name(io_submit(moved, 0, NULL)));
    say("destroy: %s", name(io_destroy((io_context_t)place)));
    close(fd);
}

/* What can be read there, and not written. */
static void* read_only(const void* from, size_t bytes) {
    void* page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) exit(3);
    memcpy(page, from, bytes);
    mprotect(page, 4096, PROT_READ);
    return page;
}

static void ask_read_only(const char* what, const struct iocb* block) {
    struct iocb* list[] = {read_only(block, sizeof *block)};
    say("read-only, %s: %s", what, name(io_submit(context, 1, list)));
    munmap(list[0], 4096);
}

static void writing_back(void) {
    struct iocb block, *list[] = {&block};
    struct io_event event = {0};
    io_context_t none = NULL;
    int fd = scratch(0);
    io_prep_pread(&block, fd, data, 10, 0);
    ask_read_only("a block", &block);
    block.u.c.offset = -1;
    ask_read_only("a negative offset", &block);
    block.aio_lio_opcode = 99;
    ask_read_only("an unknown operation", &block);
    io_set_eventfd(&block, fd);
    ask_read_only("a file for a bell", &block);
    block.aio_fildes = -1;
    ask_read_only("a closed descriptor", &block);
    block.u.c.__pad3 = 1;
    ask_read_only("a reserved field", &block);
    io_prep_pread(&block, fd, data, 10, 0);
    say("read-only, events: submit %s", name(io_submit(context, 1, list)));
    struct io_event* events = read_only(&event, sizeof event);
    say("read-only, events: %s", name(io_getevents(context, 1, 1, events, NULL)));
    say("elsewhere: %s", name(io_getevents(context, 1, 1, &event, NULL)));
    io_context_t* place = read_only(&none, sizeof none);
    say("read-only, context: %s", name(io_setup(8, place)));
    say("read-only, context for 0: %s", name(io_setup(0, place)));
    munmap(events, 4096);
    munmap(place, 4096);
    close(fd);
}

static void forking(void) {
    struct io_event event;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct iocb block, *list[] = {&block};
        int fd = scratch(0);
        io_prep_pread(&block, fd, data, 10, 0);
        say("child: submit %s", name(io_submit(context, 1, list)));
        say("child: getevents %s", name(io_getevents(context, 0, 1, &event, NULL)));
        say("child: destroy %s", name(io_destroy(context)));
        context = NULL;
        say("child: setup %s", name(io_setup(8, &context)));
        ask("child: pread", &block);
        say("child: destroy %s", name(io_destroy(context)));
        fflush(stdout);
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    say("child: status %d", status);
    say("parent: getevents %s", name(io_getevents(context, 0, 1, &event, NULL)));
}

static void* waiter(void* argument) {
    struct io_event event;
    (void)argument;
    return (void*)(intptr_t)io_getevents(context, 1, 1, &event, NULL);
}

/* The waiter may come too late, and then finds no context: the same answer. */
static void destruction(void) {
    pthread_t thread;
    void* result;
    pthread_create(&thread, NULL, waiter, NULL);
    usleep(50000);
    say("destroy: %s", name(io_destroy(context)));
    pthread_join(thread, &result);
    say("who waited: %s", name((long)(intptr_t)result));
    context = NULL;
    say("setup: %s", name(io_setup(64, &context)));
}

int main(int count, char** words) {
    if (count != 2) return 2;
    if (!begin(words[1], 64)) return 1;
    setup();
    submission();
    transfers();
    descriptors();
    flags();
    not_waiting();
    bells();
    events();
    callbacks();
    cancelling();
    reaping();
    moving();
    writing_back();
    forking();
    destruction();
    polls();
    say("destroy: %s", name(io_destroy(context)));
    return 0;
}
