// The three functions of LIBAIO_0.1 that have other prototypes than their successors. For
// libaio.so.1 alone: what has no versions cannot have two functions of one name.
#include "aio/libaio/export.h"
#include "aio/libaio/libaio.h"

__asm__(".symver uaio_io_cancel_0_1, io_cancel@LIBAIO_0.1");
__asm__(".symver uaio_io_getevents_0_1, io_getevents@LIBAIO_0.1");
__asm__(".symver uaio_io_queue_wait_0_1, io_queue_wait@LIBAIO_0.1");

UAIO_EXPORT int uaio_io_cancel_0_1(io_context_t context, struct iocb* block) {
    return io_cancel(context, block, nullptr);
}

// Waits for one event.
UAIO_EXPORT int uaio_io_getevents_0_1(io_context_t context, long most, struct io_event* events,
                                      const struct timespec* timeout) {
    return io_getevents(context, 1, most, events, const_cast<struct timespec*>(timeout));
}

UAIO_EXPORT int uaio_io_queue_wait_0_1(io_context_t context, const struct timespec* timeout) {
    return io_queue_wait(context, const_cast<struct timespec*>(timeout));
}
