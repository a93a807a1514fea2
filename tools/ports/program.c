/* Every function of <aio.h>, <uaio/aio.h> and <uaio/engine.h>, once: what is linked for a system
 * that is not here, and the first thing to run on it. Says "ok", or where it went wrong. */
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <uaio/aio.h>
#include <uaio/engine.h>

static char text[] = "asynchronous";

static void expect(int holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "program: %s: errno %d\n", what, errno);
        exit(1);
    }
}

/* Waits for the request, whose function has returned `started`; what aio_return says of it. */
static ssize_t finish(int started, struct aiocb *block) {
    const struct aiocb *list[] = {block};
    expect(started == 0, "a request is taken");
    while (aio_error(block) == EINPROGRESS) {
        expect(aio_suspend(list, 1, NULL) == 0 || errno == EINTR, "aio_suspend");
    }
    expect(aio_error(block) == 0, "aio_error");
    return aio_return(block);
}

static void use_posix(int fd) {
    char back[sizeof text] = "";
    struct aiocb block;
    struct aiocb *list[] = {&block};
    memset(&block, 0, sizeof block);
    block.aio_fildes = fd;
    block.aio_buf = text;
    block.aio_nbytes = sizeof text;
    block.aio_sigevent.sigev_notify = SIGEV_NONE;
    expect(finish(aio_write(&block), &block) == sizeof text, "aio_write");
    expect(finish(aio_fsync(O_SYNC, &block), &block) == 0, "aio_fsync");
    block.aio_buf = back;
    expect(finish(aio_read(&block), &block) == sizeof text, "aio_read");
    expect(strcmp(back, text) == 0, "what aio_read reads");
    block.aio_lio_opcode = LIO_READ;
    expect(lio_listio(LIO_WAIT, list, 1, NULL) == 0, "lio_listio");
    expect(aio_return(&block) == sizeof text, "what lio_listio reads");
    expect(aio_cancel(fd, NULL) == AIO_ALLDONE, "aio_cancel");
}

static void use_extensions(int fd) {
    char back[sizeof text] = "";
    struct iovec pieces[] = {{back, 3}, {back + 3, sizeof text - 3}};
    struct aiocb block;
    struct aiocb *ended = NULL;
    const struct timespec long_time = {1000, 0};
    memset(&block, 0, sizeof block);
    block.aio_fildes = fd;
    block.uaio_aio_iov = pieces;
    block.uaio_aio_iovcnt = 2;
    block.aio_sigevent.sigev_notify = SIGEV_NONE;
    uaio_aio_collect();
    expect(uaio_aio_readv(&block) == 0, "uaio_aio_readv");
    expect(uaio_aio_waitcomplete(&ended, NULL) == sizeof text, "uaio_aio_waitcomplete");
    expect(ended == &block && strcmp(back, text) == 0, "what uaio_aio_readv reads");
    expect(uaio_aio_writev(&block) == 0, "uaio_aio_writev");
    expect(uaio_aio_waitcomplete(&ended, &long_time) == sizeof text, "with a time limit");
}

static void mark_done(void *user, ssize_t result, int error) {
    expect(result == sizeof text && error == 0, "an operation");
    expect(write(*(int *)user, "", 1) == 1, "write to a pipe");
}

static void use_engine(int fd) {
    char back[sizeof text] = "";
    char token;
    int ends[2];
    int error = 0;
    struct uaio_operation read_back = {.opcode = UAIO_READ, .fd = fd, .buffer = back};
    struct uaio_operation *all[] = {&read_back};
    expect(pipe(ends) == 0, "pipe");
    read_back.bytes = sizeof back;
    read_back.done = mark_done;
    read_back.user = &ends[1];
    expect(uaio_submit(uaio_engine_shared(), all, 1, &error) == 1, "uaio_submit");
    expect(read(ends[0], &token, 1) == 1, "the end of an operation");
    expect(strcmp(back, text) == 0, "what an operation reads");
    expect(uaio_cancel(uaio_engine_shared(), all, 1) == 0, "uaio_cancel");
    expect(uaio_cancel_descriptor(uaio_engine_shared(), fd) == 0, "uaio_cancel_descriptor");
}

static void use_own_engine(int fd) {
    char back[sizeof text] = "";
    int error = 0;
    struct uaio_options options = {.size = sizeof options, .threads = 2};
    struct uaio_engine *engine = uaio_engine_create(&options, &error);
    struct uaio_operation read_back = {.opcode = UAIO_READ, .fd = fd, .buffer = back};
    struct uaio_operation *all[] = {&read_back};
    struct uaio_operation *ended = NULL;
    expect(engine != NULL, "uaio_engine_create");
    read_back.bytes = sizeof back;
    expect(uaio_engine_descriptor(engine, &error) >= 0, "uaio_engine_descriptor");
    expect(uaio_submit(engine, all, 1, &error) == 1, "uaio_submit to an own engine");
    expect(uaio_waitn(engine, &ended, 1, 1, -1, &error) == 1, "uaio_waitn");
    expect(ended == &read_back && ended->result == sizeof text, "what uaio_waitn tells");
    uaio_engine_destroy(engine);
}

int main(void) {
    char path[] = "/tmp/uaio-program-XXXXXX";
    int fd = mkstemp(path);
    expect(fd >= 0 && unlink(path) == 0, "a file in /tmp");
    use_posix(fd);
    use_extensions(fd);
    use_engine(fd);
    use_own_engine(fd);
    return puts("ok") < 0;
}
