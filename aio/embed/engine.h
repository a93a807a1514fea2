/*
 * <uaio/engine.h>: the engine for programs that embed it. For C11 and C++.
 *
 * An operation is a read, a write or a sync of a file descriptor. The program fills in a struct
 * uaio_operation and submits it; the engine calls `done` once, when it has ended. Who is told so
 * can submit, from there, the next one; a program with an event loop writes to that instead.
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
 * through whatever descriptor. Settings are those of uaio(7).
 *
 * Memory. The operation, its buffer and its pieces belong to the engine from uaio_submit() until
 * `done` is called, which may free or reuse all of them.
 *
 * Threads. Every function may be called from any thread; `done` runs on a thread of the engine with
 * all signals blocked, or inside uaio_submit() or uaio_cancel(). No function is async-signal-safe.
 *
 * A child made by fork() starts with no operations: what was on its way in the parent goes on
 * there, and its `done` is not called in the child, to which the memory belongs again.
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
 * or uaio_cancel_descriptor().
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
     * and ignore the offset. Without meaning for syncs, and for writes with O_APPEND.
     */
    int64_t offset;

    uaio_done done;
    void *user; /* for `done` */

    /* The engine's. Need not be initialised. */
    uint32_t number;
};

/*
 * Hands over `count` operations in the order of the array, up to the first that cannot be taken.
 * Returns how many were; if not all, `error` (which may be null) says why the next one was not:
 *
 *     EBADF   no such descriptor, or not open for reading respectively writing
 *     EINVAL  an unknown opcode, a priority or an offset out of range, too many pieces, more than
 *             SSIZE_MAX bytes; a sync of what has no storage
 *     EAGAIN  no memory
 *
 * Waits for no input or output. But what the system's cache can serve is done at once, unless the
 * caller is a `done`: then its own `done` has been called when the function returns. Where no
 * thread can be had at all, everything is done so; what a `done` submits then, once that has
 * returned.
 */
size_t uaio_submit(struct uaio_engine *engine, struct uaio_operation *const *operations,
                   size_t count, int *error);

/*
 * Withdraws those of the operations that have not begun: their `done` is called with ECANCELED
 * before the function returns. Of the others, transfers of files and syncs go on; one that waits
 * for its stream ends with what it has written, before the function returns, and one that is being
 * tried just then does not wait afterwards. Returns how many ended before it returned.
 *
 * Each must have been submitted, and its memory be there until the function returns, though it may
 * end meanwhile. May wait for a moment for a `done` that is being called by another thread, so the
 * caller must hold no lock that `done` takes.
 */
size_t uaio_cancel(struct uaio_engine *engine, struct uaio_operation *const *operations,
                   size_t count);

/*
 * Withdraws all operations of `fd` that were submitted before the call and have not begun, the
 * process's requests by POSIX AIO among them, as aio_cancel() does with a descriptor: what a stream
 * has taken in part, and what is being tried just then, goes on. Returns how many were withdrawn.
 */
size_t uaio_cancel_descriptor(struct uaio_engine *engine, int fd);

#ifdef __cplusplus
}
#endif

#endif
