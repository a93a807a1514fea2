/*
 * A program of FreeBSD, but for the header that it includes. Goal: it compiles as C99 and waits for
 * requests as there. Method: what it writes in pieces it reads back; the status says what went
 * wrong.
 */
#define _POSIX_C_SOURCE 200809L

#define UAIO_BSD_NAMES
#include <uaio/aio.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void set(struct aiocb *block, int fd, struct iovec *pieces) {
    memset(block, 0, sizeof *block);
    block->aio_fildes = fd;
    block->aio_iov = pieces;
    block->aio_iovcnt = 2;
    block->aio_sigevent.sigev_notify = SIGEV_NONE;
}

int main(void) {
    char path[] = "/tmp/uaio-bsd-XXXXXX";
    char text[] = "asynchronous", back[sizeof text] = "";
    struct iovec from[] = {{text, 5}, {text + 5, sizeof text - 5}};
    struct iovec to[] = {{back, 3}, {back + 3, sizeof text - 3}};
    struct timespec none = {0, 0};
    struct aiocb write, read, *block = &write;
    int fd = mkstemp(path);
    if (fd < 0 || unlink(path) != 0) return 2;
    if (aio_waitcomplete(&block, &none) != -1 || errno != EAGAIN || block != NULL) return 3;
    set(&write, fd, from);
    if (aio_writev(&write) != 0) return 4;
    if (aio_waitcomplete(&block, NULL) != sizeof text || block != &write) return 5;
    set(&read, fd, to);
    if (aio_readv(&read) != 0) return 6;
    if (aio_waitcomplete(&block, NULL) != sizeof text || block != &read) return 7;
    return strcmp(text, back) == 0 ? 0 : 8;
}
