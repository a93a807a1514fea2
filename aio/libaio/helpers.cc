// The inline functions of <libaio.h> once more, for languages that cannot call inline functions, as
// functions of the library under names of its own.
#include "aio/libaio/export.h"
#include "aio/libaio/libaio.h"

UAIO_EXPORT void uaio_io_prep_pread(struct iocb* iocb, int fd, void* buffer, size_t bytes,
                                    long long offset) {
    io_prep_pread(iocb, fd, buffer, bytes, offset);
}

UAIO_EXPORT void uaio_io_prep_pwrite(struct iocb* iocb, int fd, void* buffer, size_t bytes,
                                     long long offset) {
    io_prep_pwrite(iocb, fd, buffer, bytes, offset);
}

UAIO_EXPORT void uaio_io_prep_preadv(struct iocb* iocb, int fd, const struct iovec* pieces,
                                     int count, long long offset) {
    io_prep_preadv(iocb, fd, pieces, count, offset);
}

UAIO_EXPORT void uaio_io_prep_pwritev(struct iocb* iocb, int fd, const struct iovec* pieces,
                                      int count, long long offset) {
    io_prep_pwritev(iocb, fd, pieces, count, offset);
}

UAIO_EXPORT void uaio_io_prep_preadv2(struct iocb* iocb, int fd, const struct iovec* pieces,
                                      int count, long long offset, int flags) {
    io_prep_preadv2(iocb, fd, pieces, count, offset, flags);
}

UAIO_EXPORT void uaio_io_prep_pwritev2(struct iocb* iocb, int fd, const struct iovec* pieces,
                                       int count, long long offset, int flags) {
    io_prep_pwritev2(iocb, fd, pieces, count, offset, flags);
}

UAIO_EXPORT void uaio_io_prep_fsync(struct iocb* iocb, int fd) {
    io_prep_fsync(iocb, fd);
}

UAIO_EXPORT void uaio_io_prep_fdsync(struct iocb* iocb, int fd) {
    io_prep_fdsync(iocb, fd);
}

UAIO_EXPORT void uaio_io_prep_poll(struct iocb* iocb, int fd, int events) {
    io_prep_poll(iocb, fd, events);
}

UAIO_EXPORT void uaio_io_set_callback(struct iocb* iocb, io_callback_t callback) {
    io_set_callback(iocb, callback);
}

UAIO_EXPORT void uaio_io_set_eventfd(struct iocb* iocb, int eventfd) {
    io_set_eventfd(iocb, eventfd);
}
