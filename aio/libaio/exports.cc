// What libaio.so.1 exports, by the names and prototypes of <libaio.h>. The contracts are in door.h
// and docs/libaio.md; here are the conversions. libaio.map gives each its version.
#include <errno.h>
#include <signal.h>

#include "aio/libaio/abi.h"
#include "aio/libaio/door.h"
#include "aio/libaio/export.h"
#include "aio/libaio/libaio.h"

static_assert(sizeof(struct iocb) == sizeof(uaio::IoBlock));
static_assert(offsetof(struct iocb, aio_lio_opcode) == offsetof(uaio::IoBlock, opcode));
static_assert(offsetof(struct iocb, aio_rw_flags) == offsetof(uaio::IoBlock, rw_flags));
static_assert(offsetof(struct iocb, aio_fildes) == offsetof(uaio::IoBlock, fd));
static_assert(offsetof(struct iocb, u.c.nbytes) == offsetof(uaio::IoBlock, bytes));
static_assert(offsetof(struct iocb, u.c.offset) == offsetof(uaio::IoBlock, offset));
static_assert(offsetof(struct iocb, u.c.flags) == offsetof(uaio::IoBlock, flags));
static_assert(offsetof(struct iocb, u.c.resfd) == offsetof(uaio::IoBlock, bell));
static_assert(sizeof(struct io_event) == sizeof(uaio::IoEvent));

namespace {

uintptr_t number(io_context_t context) {
    return reinterpret_cast<uintptr_t>(context);
}

// What is below 0 is as absurd for the kernel as what is above all limits.
int setup(int events, io_context_t* context) {
    auto* address = reinterpret_cast<uintptr_t*>(context);
    return static_cast<int>(uaio::setup_context(static_cast<uint32_t>(events), address));
}

long collect(io_context_t context, long least, long most, io_event* events, const timespec* timeout,
             const sigset_t* mask) {
    auto* to = reinterpret_cast<uaio::IoEvent*>(events);
    return uaio::collect_events(number(context), least, most, to, timeout, mask);
}

}  // namespace

UAIO_EXPORT int io_setup(int events, io_context_t* context) {
    return setup(events, context);
}

UAIO_EXPORT int io_destroy(io_context_t context) {
    return static_cast<int>(uaio::destroy_context(number(context)));
}

UAIO_EXPORT int io_submit(io_context_t context, long count, struct iocb* blocks[]) {
    auto* from = reinterpret_cast<uaio::IoBlock* const*>(blocks);
    return static_cast<int>(uaio::submit_blocks(number(context), count, from));
}

UAIO_EXPORT int io_cancel(io_context_t context, struct iocb* block, struct io_event* /*event*/) {
    auto* wanted = reinterpret_cast<uaio::IoBlock*>(block);
    return static_cast<int>(uaio::cancel_block(number(context), wanted));
}

UAIO_EXPORT int io_getevents(io_context_t context, long least, long most, struct io_event* events,
                             struct timespec* timeout) {
    return static_cast<int>(collect(context, least, most, events, timeout, nullptr));
}

UAIO_EXPORT int io_pgetevents(io_context_t context, long least, long most, struct io_event* events,
                              struct timespec* timeout, sigset_t* mask) {
    return static_cast<int>(collect(context, least, most, events, timeout, mask));
}

UAIO_EXPORT int io_queue_init(int events, io_context_t* context) {
    if (events <= 0) {
        return -EINVAL;
    }
    *context = nullptr;
    return setup(events, context);
}

UAIO_EXPORT int io_queue_release(io_context_t context) {
    return io_destroy(context);
}

UAIO_EXPORT int io_queue_run(io_context_t context) {
    timespec now = {0, 0};
    struct io_event event;
    long count;
    while ((count = collect(context, 0, 1, &event, &now, nullptr)) == 1) {
        auto callback = reinterpret_cast<io_callback_t>(event.data);
        callback(context, event.obj, static_cast<long>(event.res), static_cast<long>(event.res2));
    }
    return static_cast<int>(count);
}

// Asks for no event, so it never waits; so it is with libaio.
UAIO_EXPORT int io_queue_wait(io_context_t context, struct timespec* timeout) {
    return static_cast<int>(collect(context, 0, 0, nullptr, timeout, nullptr));
}
