/*
 * <uaio/engine.h>: the engine for programs that embed it. For C11 and C++.
 *
 * An operation is a read, a write or a sync of a file descriptor. The program fills in a struct
 * uaio_operation and submits it; the engine calls `done` once, when it has ended. Who is told so
 * can submit, from there, the next one; a program with an event loop writes to that instead. Or it
 * leaves `done` null, and takes what has ended from the engine, many at once: uaio_waitn().
 *
 *     static void done(void *user, ssize_t result, int error) { ... }
 *
 *     struct uaio_operation read = {.opcode = UAIO_READ, .fd = fd, .buffer = data, .bytes = 4096,
 *                                   .offset = 0, .done = done, .user = &something};
 *     struct uaio_operation *all[] = {&read};
 *     int error = 0;
 *     if (uaio_submit(uaio_engine_shared(), all, 1, &error) != 1) ...   (error says why)
 *
 * Order. Operations of a descriptor are as if made one by one in the order of their submission
 * (higher priority first), wherever somebody could tell the difference by the bytes; everything
 * else runs in parallel. A sync waits for the writes of the file that were submitted before it,
 * through whatever descriptor. That holds within an engine: operations of two have no order, and a
 * sync does not wait for the writes of another engine.
 *
 * Engines. The process has one in common with its POSIX AIO, uaio_engine_shared(), which is
 * configured as uaio(7) says. (Under the preload library POSIX AIO has an engine to itself, which
 * is configured in the same way.) Any number of others is made by uaio_engine_create(). Those share
 * nothing with it or each other: not the queue, the threads, or the settings, and they look at no
 * environment variable, install no handler of signals or of the process's exit, and tell nobody
 * but by what is declared here. Statistics and traces are the process's, are switched on by the
 * environment of the first use of the shared engine, and do not tell engines apart.
 *
 * Memory. The operation, its buffer and its pieces belong to the engine from uaio_submit() until
 * `done` is called, which may free or reuse all of them, respectively until uaio_waitn() tells.
 *
 * Threads. Every function may be called from any thread; `done` runs on a thread of the engine with
 * all signals blocked, or inside uaio_submit(), uaio_cancel(), uaio_cancel_descriptor() or
 * uaio_engine_destroy(). No function is async-signal-safe.
 *
 * Closing. What a descriptor has in an engine of the program's own has to have ended before it is
 * closed; uaio_cancel_descriptor() helps. The close() of the preload library sees to POSIX AIO and
 * Linux AIO alone. (What has not begun by then ends with EBADF, even if the number stands for
 * another file again.)
 *
 * A child made by fork() starts with no operations, in every engine: what was on its way in the
 * parent goes on there, and its `done` is not called in the child, to which the memory belongs
 * again. Engines of the parent's are there and work, but one that another thread was creating or
 * destroying.
 *
 * Errors are errno values; errno itself is left alone.
 */
#ifndef UAIO_ENGINE_H
#define UAIO_ENGINE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An engine: queue, order and threads. */
struct uaio_engine;

/*
 * The engine that all of the process has in common, with its POSIX AIO. Never null; lives as long
 * as the process. Its threads start when there is work for them.
 */
struct uaio_engine *uaio_engine_shared(void);

enum uaio_order {
    UAIO_ORDER_CONFLICT, /* where somebody could tell by the bytes */
    UAIO_ORDER_STRICT    /* one operation of a descriptor at a time, in the order above */
};

enum {
    UAIO_THREADS_MAX = 4096,
    UAIO_IDLE_MS_MAX = 86400000,
    UAIO_EXPRESS_BYTES_MAX = 1073741824
};

/* For `express_bytes`: nothing is done at once. */
#define UAIO_EXPRESS_NONE SIZE_MAX

/* Settings of an engine. 0 is the default of each but the first. */
struct uaio_options {
    /* sizeof(struct uaio_options): by it the library knows what the program's header knew. */
    size_t size;

    /* The most threads that make transfers at one time, UAIO_THREADS_MAX at most. Default: 64. */
    unsigned threads;

    /* Milliseconds that a thread without work stays, UAIO_IDLE_MS_MAX at most; -1: none. Default:
     * 1000. */
    int idle_ms;

    enum uaio_order order;

    /* The largest transfer that the submitter makes itself if the system's cache can serve it,
     * UAIO_EXPRESS_BYTES_MAX at most, or UAIO_EXPRESS_NONE. Default: 65536. */
    size_t express_bytes;
};

/*
 * A new engine with these settings (null: the defaults). It has no thread and no descriptor before
 * there is work for them: its threads come on demand, and if streams have to be waited for, one
 * more thread and three descriptors. 84 KiB of memory.
 *
 * Returns null with an errno value in `error` (which may be null):
 *
 *     EINVAL  a setting out of range, or one that this library does not know is not 0
 *     ENOMEM  no memory
 */
struct uaio_engine *uaio_engine_create(const struct uaio_options *options, int *error);

/*
 * Ends an engine. Operations that have not begun are withdrawn: their `done` is called with
 * ECANCELED. Those that run are waited for; but what waits for its stream ends with what it has
 * written, or ECANCELED. (Where the system refused the descriptors or the thread for that, what was
 * to wait is being read or written by a thread, and so waited for.) When the function returns every
 * `done` has been called and has returned, the threads of the engine touch nothing of it any more,
 * and its memory and descriptors have been given back. An operation that was left for uaio_waitn()
 * has its `result` and `error` in it.
 *
 * Nobody else may be in a call with this engine, or make one later, but a `done`: it is refused
 * what it submits (ECANCELED). Must not be called by a `done` of this engine; nor when the caller
 * holds a lock that a `done` takes. All signals are blocked in the caller while it waits. Null, and
 * the shared engine: nothing happens.
 */
void uaio_engine_destroy(struct uaio_engine *engine);

enum uaio_opcode {
    UAIO_READ,      /* pread(2), preadv(2) */
    UAIO_WRITE,     /* pwrite(2), pwritev(2); appends where the descriptor has O_APPEND */
    UAIO_SYNC_DATA, /* fdatasync(2) */
    UAIO_SYNC_ALL   /* fsync(2) */
};

enum {
    UAIO_PRIORITY_MIN = -20,
    UAIO_PRIORITY_MAX = 99,
    UAIO_PIECES_MAX = 1024,
    UAIO_OWN_POSITION = -1
};

/*
 * Called once for each operation that was taken. `result` is the number of bytes transferred (0 for
 * a read: the end of the file), or 0 for a sync, or -1 with an errno value in `error`; ECANCELED if
 * the operation was withdrawn before it began. Transfers of files may be short.
 *
 * Must not block: other operations wait behind it. It may call uaio_submit(), and what it submits
 * may do so again without end (it goes to a thread, so that no stack grows); but not uaio_cancel()
 * or uaio_cancel_descriptor(). A child that it forks must not return from it.
 */
typedef void (*uaio_done)(void *user, ssize_t result, int error);

struct uaio_operation {
    enum uaio_opcode opcode;
    int fd;

    /*
     * The data: `bytes` bytes at `buffer`, or, if `pieces` is not 0, what the array of so many
     * struct iovec at `buffer` says, UAIO_PIECES_MAX at most; `bytes` does not matter then. A
     * transfer of pieces is one system call. Without meaning for syncs.
     */
    void *buffer;
    size_t bytes;
    uint32_t pieces;

    /* UAIO_PRIORITY_MIN to UAIO_PRIORITY_MAX; higher is more urgent; 0 is usual. */
    int32_t priority;

    /*
     * In bytes. UAIO_OWN_POSITION: where the descriptor stands, which moves on, as with read(2) and
     * write(2). Such reads of a descriptor run one at a time, and so do such writes; there is no
     * order between these and others. Streams (pipes, sockets, terminals) have no other position
     * and ignore the offset. Without meaning for syncs. Writes with O_APPEND go to the end whatever
     * it is, but only UAIO_OWN_POSITION moves the position, and has no order with the others then.
     */
    int64_t offset;

    uaio_done done; /* null: uaio_waitn() tells */
    void *user;     /* for `done`, or whatever the program likes */

    /* The engine's. Need not be initialised. */
    uint32_t number;

    /*
     * What would have been told to `done`, if that is null: valid when uaio_waitn() has told. None
     * of the members from here on is touched for an operation that has a `done`.
     */
    int error;
    ssize_t result;

    /* The engine's. Need not be initialised. */
    void *link;
};

/*
 * Hands over `count` operations in the order of the array, up to the first that cannot be taken.
 * Returns how many were; if not all, `error` (which may be null) says why the next one was not:
 *
 *     EBADF   no such descriptor, or not open for reading respectively writing
 *     EINVAL  an unknown opcode, a priority or an offset out of range, too many pieces, more than
 *             SSIZE_MAX bytes; a sync of what has no storage
 *     EAGAIN  no memory
 *     ECANCELED  the engine is being destroyed
 *
 * Waits for no input or output. But what the system's cache can serve is done at once, unless the
 * caller is a `done`: then its own `done` has been called when the function returns. Where no
 * thread can be had at all, everything is done so; what a `done` submits then, once that has
 * returned, or, if the cache had served it or it was withdrawn, in that call of its own.
 */
size_t uaio_submit(struct uaio_engine *engine, struct uaio_operation *const *operations,
                   size_t count, int *error);

/*
 * Withdraws those of the operations that have not begun: their `done` is called with ECANCELED
 * before the function returns. Of the others, transfers of files and syncs go on; one that waits
 * for its stream ends with what it has written, before the function returns, and one that is being
 * tried just then does not wait afterwards. Returns how many this call has ended so; others may
 * have ended, or been withdrawn by somebody else, meanwhile.
 *
 * Each must have been submitted, and its memory be there until the function returns, though it may
 * end meanwhile. May wait for a moment for a `done` that is being called by another thread, so the
 * caller must hold no lock that `done` takes.
 */
size_t uaio_cancel(struct uaio_engine *engine, struct uaio_operation *const *operations,
                   size_t count);

/*
 * Withdraws all operations of `fd` that were submitted to this engine before the call and have not
 * begun, with the shared engine the process's requests by POSIX AIO among them, as aio_cancel()
 * does with a descriptor: what a stream has taken in part, and what is being tried just then, goes
 * on. Returns how many were withdrawn.
 */
size_t uaio_cancel_descriptor(struct uaio_engine *engine, int fd);

/*
 * Takes operations without `done` that have ended: `min` at least, waiting for them if need be, and
 * `max` at most, in the order in which they ended. Their addresses are written to `ended`; each is
 * told once, and is the program's again. Several threads may take from one engine.
 *
 * Waits for `timeout_ns` nanoseconds at most, for ever if that is negative. Returns how many were
 * taken; if fewer than `min`, `error` (which may be null) says why:
 *
 *     ETIMEDOUT  the time is over
 *     EINTR      a signal handler has run (without a time limit, one without SA_RESTART)
 *     EINVAL     `min` is larger than `max`; nothing was taken
 *
 * No operation can be lost for want of memory, or of a call of this function. A `done` may call it
 * with a `min` or `timeout_ns` of 0.
 */
size_t uaio_waitn(struct uaio_engine *engine, struct uaio_operation **ended, size_t min, size_t max,
                  int64_t timeout_ns, int *error);

/*
 * A descriptor for poll(2) and its kin: readable while uaio_waitn() would find something to take.
 * Made at the first call; the engine's until it ends. It must not be read, written or closed; exec
 * closes it, and a forked child has to ask for one of its own. Returns -1 with an errno value in
 * `error` (which may be null): EMFILE, ENFILE, ENOMEM.
 */
int uaio_engine_descriptor(struct uaio_engine *engine, int *error);

#ifdef __cplusplus
}
#endif

#endif
