/*
 * A program of somebody else: reads the first bytes of a file by POSIX AIO, by what uaio adds to
 * that, and by the embedding interface, and prints them.
 */
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

#include <uaio/aio.h>
#include <uaio/engine.h>

static sem_t told;

static void tell(void *user, ssize_t result, int error) {
    *(ssize_t *)user = error != 0 ? -1 : result;
    sem_post(&told);
}

static ssize_t read_by_engine(int fd, char *data, size_t bytes) {
    ssize_t result = -1;
    struct uaio_operation read = {.opcode = UAIO_READ, .fd = fd, .buffer = data, .bytes = bytes,
                                  .done = tell, .user = &result};
    struct uaio_operation *all[] = {&read};
    int error = 0;
    if (uaio_submit(uaio_engine_shared(), all, 1, &error) != 1) {
        return -1;
    }
    while (sem_wait(&told) != 0) {
    }
    return result;
}

static ssize_t read_by_aio(int fd, char *data, size_t bytes) {
    struct aiocb block = {.aio_fildes = fd, .aio_buf = data, .aio_nbytes = bytes,
                          .aio_sigevent.sigev_notify = SIGEV_NONE};
    const struct aiocb *list[] = {&block};
    if (aio_read(&block) != 0) {
        return -1;
    }
    while (aio_error(&block) == EINPROGRESS) {
        aio_suspend(list, 1, NULL);
    }
    return aio_return(&block);
}

static ssize_t read_in_pieces(int fd, char *data, size_t bytes) {
    struct iovec pieces[] = {{data, 1}, {data + 1, bytes - 1}};
    struct aiocb block = {.aio_fildes = fd, .uaio_aio_iov = pieces, .uaio_aio_iovcnt = 2,
                          .aio_sigevent.sigev_notify = SIGEV_NONE};
    struct aiocb *ended = NULL;
    uaio_aio_collect();
    return uaio_aio_readv(&block) == 0 ? uaio_aio_waitcomplete(&ended, NULL) : -1;
}

int main(int argc, char **argv) {
    char first[7] = "", second[7] = "", third[7] = "";
    int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
    if (fd < 0 || sem_init(&told, 0, 0) != 0) {
        fprintf(stderr, "usage: program FILE\n");
        return 2;
    }
    if (read_by_aio(fd, first, 6) != 6 || read_by_engine(fd, second, 6) != 6 ||
        read_in_pieces(fd, third, 6) != 6 || strcmp(first, second) != 0 ||
        strcmp(first, third) != 0) {
        fprintf(stderr, "program: cannot read %s\n", argv[1]);
        return 1;
    }
    puts(first);
    return 0;
}
