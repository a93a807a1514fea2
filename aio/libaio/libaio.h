/* The interface of libaio (Linux kernel AIO), as uaio's second door offers it: the same functions,
   structures and constants, so that a program written for <libaio.h> compiles with this header
   alone, on systems too that have neither that library nor Linux.

       io_context_t context = NULL;
       io_setup(64, &context);                        // 0, or a negative errno value
       struct iocb block, *list[] = {&block};
       io_prep_pread(&block, fd, buffer, sizeof buffer, offset);
       io_submit(context, 1, list);                   // how many were taken
       struct io_event event;
       io_getevents(context, 1, 1, &event, NULL);     // how many events; event.res: bytes or -errno
       io_destroy(context);

   Functions return what is not negative, or a negative errno value, and leave errno alone. A block
   and its array of iovec may be reused as soon as io_submit has returned; the data may not, before
   its event is there. What differs from the kernel: docs/libaio.md.

   io_prep_*, io_set_* and io_poll are inline here as in libaio. Languages that cannot call such
   functions find them in the library under names of our own: uaio_io_prep_pread and so on.  */
#ifndef UAIO_LIBAIO_H
#define UAIO_LIBAIO_H

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sockaddr;

typedef struct io_context* io_context_t;

typedef enum io_iocb_cmd {
    IO_CMD_PREAD = 0,
    IO_CMD_PWRITE = 1,
    IO_CMD_FSYNC = 2,
    IO_CMD_FDSYNC = 3,
    IO_CMD_POLL = 5,
    IO_CMD_NOOP = 6, /* refused (EINVAL), as by the kernel */
    IO_CMD_PREADV = 7,
    IO_CMD_PWRITEV = 8
} io_iocb_cmd_t;

/* In iocb.u.c.flags. */
#define IOCB_FLAG_RESFD (1 << 0)  /* u.c.resfd is an eventfd that counts this event */
#define IOCB_FLAG_IOPRIO (1 << 1) /* aio_reqprio is an I/O priority: class << 13 | level */

/* Every pointer and long takes 8 bytes, whatever the width of the program, and so does a mask. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define UAIO_IO_PADDED(type, name) \
    unsigned name##_pad;           \
    type name
#else
#define UAIO_IO_PADDED(type, name) \
    type name;                     \
    unsigned name##_pad
#endif
#if __SIZEOF_POINTER__ == 8
#define UAIO_IO_PTR(type, name) type name
#define UAIO_IO_LONG(name) unsigned long name
#else
#define UAIO_IO_PTR(type, name) UAIO_IO_PADDED(type, name)
#define UAIO_IO_LONG(name) UAIO_IO_PADDED(unsigned long, name)
#endif

struct io_iocb_poll {
    UAIO_IO_PADDED(int, events);
};

struct io_iocb_sockaddr {
    UAIO_IO_PTR(struct sockaddr*, addr);
    UAIO_IO_LONG(len);
};

struct io_iocb_common {
    UAIO_IO_PTR(void*, buf);
    UAIO_IO_LONG(nbytes);
    long long offset;
    long long __pad3; /* must be 0 */
    unsigned flags;   /* IOCB_FLAG_* */
    unsigned resfd;
};

struct io_iocb_vector {
    UAIO_IO_PTR(const struct iovec*, vec);
    UAIO_IO_LONG(nr);
    long long offset;
};

struct iocb {
    UAIO_IO_PTR(void*, data); /* comes back in the event; io_queue_run calls it */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    int aio_rw_flags; /* RWF_* */
    unsigned key;     /* 0 */
#else
    unsigned key;     /* 0 */
    int aio_rw_flags; /* RWF_* */
#endif
    short aio_lio_opcode; /* IO_CMD_* */
    short aio_reqprio;
    int aio_fildes;
    union {
        struct io_iocb_common c;
        struct io_iocb_vector v;
        struct io_iocb_poll poll;
        struct io_iocb_sockaddr saddr;
    } u;
};

struct io_event {
    UAIO_IO_PTR(void*, data);
    UAIO_IO_PTR(struct iocb*, obj);
    UAIO_IO_LONG(res); /* bytes, or a negative errno value: cast it to long */
    UAIO_IO_LONG(res2);
};

#undef UAIO_IO_PADDED
#undef UAIO_IO_PTR
#undef UAIO_IO_LONG

typedef void (*io_callback_t)(io_context_t context, struct iocb* iocb, long res, long res2);

int io_setup(int maxevents, io_context_t* context);
int io_destroy(io_context_t context);
int io_submit(io_context_t context, long nr, struct iocb* iocbs[]);
int io_cancel(io_context_t context, struct iocb* iocb, struct io_event* event);
int io_getevents(io_context_t context, long min_nr, long nr, struct io_event* events,
                 struct timespec* timeout);
int io_pgetevents(io_context_t context, long min_nr, long nr, struct io_event* events,
                  struct timespec* timeout, sigset_t* sigmask);
int io_queue_init(int maxevents, io_context_t* context);
int io_queue_release(io_context_t context);
int io_queue_run(io_context_t context);
int io_queue_wait(io_context_t context,
                  struct timespec* timeout); /* returns at once, as in libaio */

static inline void io_set_callback(struct iocb* iocb, io_callback_t callback) {
    iocb->data = (void*)callback;
}

static inline void io_prep_common(struct iocb* iocb, int fd, short opcode, void* buf, size_t bytes,
                                  long long offset) {
    memset(iocb, 0, sizeof *iocb);
    iocb->aio_fildes = fd;
    iocb->aio_lio_opcode = opcode;
    iocb->u.c.buf = buf;
    iocb->u.c.nbytes = bytes;
    iocb->u.c.offset = offset;
}

static inline void io_prep_pread(struct iocb* iocb, int fd, void* buf, size_t count,
                                 long long offset) {
    io_prep_common(iocb, fd, IO_CMD_PREAD, buf, count, offset);
}

static inline void io_prep_pwrite(struct iocb* iocb, int fd, void* buf, size_t count,
                                  long long offset) {
    io_prep_common(iocb, fd, IO_CMD_PWRITE, buf, count, offset);
}

static inline void io_prep_preadv(struct iocb* iocb, int fd, const struct iovec* iov, int iovcnt,
                                  long long offset) {
    io_prep_common(iocb, fd, IO_CMD_PREADV, (void*)(uintptr_t)iov, (size_t)iovcnt, offset);
}

static inline void io_prep_pwritev(struct iocb* iocb, int fd, const struct iovec* iov, int iovcnt,
                                   long long offset) {
    io_prep_common(iocb, fd, IO_CMD_PWRITEV, (void*)(uintptr_t)iov, (size_t)iovcnt, offset);
}

static inline void io_prep_preadv2(struct iocb* iocb, int fd, const struct iovec* iov, int iovcnt,
                                   long long offset, int flags) {
    io_prep_preadv(iocb, fd, iov, iovcnt, offset);
    iocb->aio_rw_flags = flags;
}

static inline void io_prep_pwritev2(struct iocb* iocb, int fd, const struct iovec* iov, int iovcnt,
                                    long long offset, int flags) {
    io_prep_pwritev(iocb, fd, iov, iovcnt, offset);
    iocb->aio_rw_flags = flags;
}

static inline void io_prep_fsync(struct iocb* iocb, int fd) {
    io_prep_common(iocb, fd, IO_CMD_FSYNC, NULL, 0, 0);
}

static inline void io_prep_fdsync(struct iocb* iocb, int fd) {
    io_prep_common(iocb, fd, IO_CMD_FDSYNC, NULL, 0, 0);
}

/* The event's res is the poll(2) mask that came. */
static inline void io_prep_poll(struct iocb* iocb, int fd, int events) {
    io_prep_common(iocb, fd, IO_CMD_POLL, NULL, 0, 0);
    iocb->u.poll.events = events;
}

static inline void io_set_eventfd(struct iocb* iocb, int eventfd) {
    iocb->u.c.flags |= IOCB_FLAG_RESFD;
    iocb->u.c.resfd = (unsigned)eventfd;
}

static inline int uaio_io_submit_one(io_context_t context, struct iocb* iocb,
                                     io_callback_t callback) {
    io_set_callback(iocb, callback);
    return io_submit(context, 1, &iocb);
}

static inline int io_poll(io_context_t context, struct iocb* iocb, io_callback_t callback, int fd,
                          int events) {
    io_prep_poll(iocb, fd, events);
    return uaio_io_submit_one(context, iocb, callback);
}

static inline int io_fsync(io_context_t context, struct iocb* iocb, io_callback_t callback,
                           int fd) {
    io_prep_fsync(iocb, fd);
    return uaio_io_submit_one(context, iocb, callback);
}

static inline int io_fdsync(io_context_t context, struct iocb* iocb, io_callback_t callback,
                            int fd) {
    io_prep_fdsync(iocb, fd);
    return uaio_io_submit_one(context, iocb, callback);
}

#ifdef __cplusplus
}
#endif

#endif
