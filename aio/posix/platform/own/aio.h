/*
 * <aio.h>: asynchronous input and output, for systems that have no such header (OpenBSD, Android).
 * Programs find it there if this folder is on their search path. The functions and what they mean
 * are those of POSIX.1-2024; the library is uaio, whose own fields are the last of struct aiocb.
 */
#ifndef UAIO_OWN_AIOCB
#define UAIO_OWN_AIOCB

#include <signal.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

/* OpenBSD's <signal.h> has union sigval alone. */
#if defined(__OpenBSD__) && !defined(SIGEV_NONE)
#include <pthread.h>
#define SIGEV_NONE 0
#define SIGEV_SIGNAL 1
#define SIGEV_THREAD 2
struct sigevent {
    int sigev_notify;
    int sigev_signo;
    union sigval sigev_value;
    void (*sigev_notify_function)(union sigval);
    pthread_attr_t *sigev_notify_attributes;
};
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What aio_cancel says: all of it has been cancelled, some of it runs, there was nothing left. */
#define AIO_CANCELED 0
#define AIO_NOTCANCELED 1
#define AIO_ALLDONE 2

/* aio_lio_opcode. */
#define LIO_READ 0
#define LIO_WRITE 1
#define LIO_NOP 2

/* How lio_listio is called. */
#define LIO_WAIT 0
#define LIO_NOWAIT 1

struct aiocb {
    int aio_fildes;
    int aio_lio_opcode;
    int aio_reqprio;
    volatile void *aio_buf;
    size_t aio_nbytes;
    off_t aio_offset;
    struct sigevent aio_sigevent;

    /* The library's. */
    ssize_t uaio_result;
    int uaio_error;
    char uaio_room[12];
};

int aio_read(struct aiocb *);
int aio_write(struct aiocb *);
int aio_fsync(int, struct aiocb *);
int aio_error(const struct aiocb *);
ssize_t aio_return(struct aiocb *);
int aio_cancel(int, struct aiocb *);
int aio_suspend(const struct aiocb *const[], int, const struct timespec *);
int lio_listio(int, struct aiocb *const[], int, struct sigevent *);

#ifdef __cplusplus
}
#endif

#endif
