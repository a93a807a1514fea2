/*
 * <uaio/aio.h>: POSIX asynchronous I/O, with what the BSDs have beyond POSIX. For C99 and C++.
 *
 * The functions of POSIX and struct aiocb are those of the system's <aio.h>, which this includes:
 * uaio takes the system's control blocks as they are. Where a system has no <aio.h> (OpenBSD,
 * Android), uaio's own is included instead, <uaio/own/aio.h>.
 *
 * What comes in addition are transfers of pieces, and a way to wait for whichever request ends
 * next. With
 *
 *     #define UAIO_BSD_NAMES
 *     #include <uaio/aio.h>
 *
 * it all has FreeBSD's names, too, and a program that uses aio_readv, aio_writev and
 * aio_waitcomplete needs no other change. The names are macros, so that they are uaio's on a system
 * that has functions of the same names.
 *
 * Waiting for whichever ends next
 *
 *     uaio_aio_collect();                       once, before anything is submitted
 *     ...
 *     aio_read(&one->block); aio_write(&other->block); ...
 *     ...
 *     struct aiocb *block;
 *     ssize_t result = uaio_aio_waitcomplete(&block, NULL);
 *     if (block != NULL) ...                    that one has ended; result -1: errno says why
 *
 * After uaio_aio_collect() every request that is submitted is remembered until it is given back: by
 * uaio_aio_waitcomplete(), by aio_return(), or by another submission of its block. That holds for
 * all of the process, the requests of its libraries among them, which uaio_aio_waitcomplete() may
 * then find too; and for requests of any function here or in <aio.h>, cancelled or not, with
 * whatever notification. It costs each request three short holds of a lock, with signals blocked,
 * which is some two microseconds, and about 120 bytes until it is given back. Without
 * uaio_aio_collect() nothing is remembered, which costs each function a look at a flag.
 */
#ifndef UAIO_AIO_H
#define UAIO_AIO_H

#ifndef __has_include
#include <aio.h>
#elif __has_include(<aio.h>)
#include <aio.h>
#else
#include <uaio/own/aio.h>
#endif

#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Programs whose off_t or time_t is wider than usual on their system have their own functions. */
#if defined(__USE_FILE_OFFSET64) && !defined(__OFF_T_MATCHES_OFF64_T) && !defined(UAIO_OWN_AIOCB)
#define UAIO_BY_OFFSET(name) __asm__(name "64")
#else
#define UAIO_BY_OFFSET(name)
#endif
#if defined(__USE_TIME_BITS64) && __TIMESIZE == 32
#define UAIO_BY_TIME(name) __asm__("__" name "_time64")
#else
#define UAIO_BY_TIME(name)
#endif

struct aiocb;

/*
 * The members of struct aiocb that say where the pieces are, and how many: an array of struct
 * iovec, and its length.
 *
 *     block.uaio_aio_iov = pieces;
 *     block.uaio_aio_iovcnt = 2;
 */
#define uaio_aio_iov aio_buf
#define uaio_aio_iovcnt aio_nbytes

/*
 * As aio_read() and aio_write(), to or from several pieces of memory in turn, as by preadv(2) and
 * pwritev(2): one system call. The array, like the data, must stay as it is until the request has
 * ended. (FreeBSD copies the array.)
 *
 * Return 0, or -1 with the errors of aio_read() and aio_write(), and with
 *
 *     EINVAL  no piece at all, more than 1,024 of them, or more than SSIZE_MAX bytes
 *
 * Thread-safe; not async-signal-safe.
 */
int uaio_aio_readv(struct aiocb *block) UAIO_BY_OFFSET("uaio_aio_readv");
int uaio_aio_writev(struct aiocb *block) UAIO_BY_OFFSET("uaio_aio_writev");

/* The same for struct aiocb64, where that is another structure. */
#if defined(__USE_LARGEFILE64) && !defined(__OFF_T_MATCHES_OFF64_T) && !defined(UAIO_OWN_AIOCB)
int uaio_aio_readv64(struct aiocb64 *block);
int uaio_aio_writev64(struct aiocb64 *block);
#endif

/*
 * From now on requests are remembered for uaio_aio_waitcomplete(), for good. Those that have been
 * submitted before are not. May be called again. A child made by fork() inherits that, and none of
 * the requests. Never fails; thread-safe and async-signal-safe.
 *
 * A submission may then fail with EAGAIN because there is no memory to remember it.
 */
void uaio_aio_collect(void);

/*
 * Waits until a request has ended, and gives it back: stores where its control block is (struct
 * aiocb64 or struct aiocb) to `*block`, and returns what aio_return() would. If the request has
 * failed that is -1, and errno is the request's error. Requests come in the order in which they
 * have ended; each once, to one caller. aio_return() is not to be called for it any more.
 *
 * `timeout` is how long to wait at most, null: for ever, even where no request is in flight; zero:
 * not at all.
 *
 * Returns -1 with a null pointer in `*block` and, in errno,
 *
 *     EAGAIN  nothing has ended in that time
 *     EINTR   a signal handler has run (one with SA_RESTART ends no wait without a time limit)
 *     EINVAL  uaio_aio_collect() has never been called; the time is negative or its nanoseconds
 *             are no nanoseconds; `block` is a null pointer
 *
 * Thread-safe and async-signal-safe. A cancellation point while it sleeps; a cancelled thread takes
 * no request along.
 *
 * The block itself is not looked at. A request that the program has seen end by aio_error() and
 * whose block it has freed, without aio_return(), is given back all the same, with an address that
 * means nothing any more; so whoever waits like this collects all its requests like this.
 *
 * Source: aio_waitcomplete(2) of FreeBSD, whose time limit is not const.
 */
ssize_t uaio_aio_waitcomplete(struct aiocb **block, const struct timespec *timeout)
    UAIO_BY_TIME("uaio_aio_waitcomplete");

#undef UAIO_BY_OFFSET
#undef UAIO_BY_TIME

#ifdef __cplusplus
}
#endif

#endif

/* Whether or not it was included before without. FreeBSD remembers requests always. */
#if defined(UAIO_BSD_NAMES) && !defined(UAIO_HAS_BSD_NAMES)
#define UAIO_HAS_BSD_NAMES
#undef aio_iov
#undef aio_iovcnt
#define aio_iov uaio_aio_iov
#define aio_iovcnt uaio_aio_iovcnt
#define aio_readv uaio_aio_readv
#define aio_writev uaio_aio_writev
#define aio_waitcomplete uaio_aio_waitcomplete

static void __attribute__((constructor)) uaio_collect_from_the_start(void) {
    uaio_aio_collect();
}
#endif
