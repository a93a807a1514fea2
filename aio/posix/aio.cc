// The posix door: aio_read, aio_write, aio_fsync, aio_error, aio_return, aio_cancel, aio_init and
// their 64 twins (POSIX.1-2024; aio_init and the twins are glibc's). aio_suspend and lio_listio
// have files of their own. The contracts are in the manual pages; this is how they map to the
// engine.
//
// Each function is a template over struct aiocb and struct aiocb64, which differ only where off_t
// is narrow. Functions that report an error set errno and return -1; those that succeed leave it
// alone.
#include <aio.h>
#include <errno.h>
#include <fcntl.h>

#include "aio/counters.h"
#include "aio/engine.h"
#include "aio/posix/arguments.h"
#include "aio/posix/collection.h"
#include "aio/posix/door.h"
#include "aio/posix/export.h"
#include "aio/posix/platform/block.h"
#include "threadpool/base/signal_block.h"

namespace uaio {
namespace {

// A file system of the user's (FUSE) may give any error, but this one would say for ever that the
// request is on its way.
int final_error(int error) {
    return error == EINPROGRESS ? EIO : error;
}

}  // namespace

void publish_block(void* owner, ssize_t result, int error) {
    Block(static_cast<struct aiocb*>(owner)).publish(result, final_error(error));
}

void publish_at_once(void* owner, ssize_t result, int /*error*/) {
    Block(static_cast<struct aiocb*>(owner)).publish_at_once(result);
}

void publish_collected(void* owner, ssize_t result, int error) {
    collection.end(owner, result, final_error(error), publish_block);
}

// The caller is a thread of the program.
void publish_collected_at_once(void* owner, ssize_t result, int error) {
    SignalBlock signals;
    collection.end(owner, result, error, publish_at_once);
}

namespace {

template <class Aiocb>
int transfer(Aiocb* block, Kind kind) {
    if (block == nullptr) {
        return fail(EINVAL);
    }
    engine.start();
    Operation operation;
    int error = begin_transfer(*block, kind, operation);
    return submit_transfer(block, operation, error);
}

template <class Aiocb>
int sync(int how, Aiocb* block) {
    if (block == nullptr) {
        return fail(EINVAL);
    }
    engine.start();
    Operation operation;
    int error = sync_of(how, *block, operation);
    if (error == 0) {
        error = open_block(block);
    }
    return submit_block(block, operation, error);
}

int answer(const Engine::Cancelled& cancelled) {
    if (cancelled.running > 0) {
        return AIO_NOTCANCELED;
    }
    return cancelled.withdrawn > 0 ? AIO_CANCELED : AIO_ALLDONE;
}

template <class Aiocb>
int cancel(int fd, Aiocb* block) {
    int saved = errno;
    if (fcntl(fd, F_GETFL) < 0) {
        return fail(EBADF);
    }
    errno = saved;
    if (block == nullptr) {
        return answer(engine.cancel_all(fd));
    }
    if (block->aio_fildes != fd) {
        return fail(EINVAL);
    }
    Block fields(block);
    if (fields.error() != EINPROGRESS) {
        return AIO_ALLDONE;
    }
    return answer(engine.cancel(fields.request(), block));
}

// Whether a status can be asked for that there may never have been: that of a block that was never
// submitted, or whose result has been collected, which is whatever the block holds, as under glibc.
bool takes_any_status() {
    return Block::kKeepsStatus && !engine.options().strict;
}

bool has_status(const Block& block) {
    return takes_any_status() || block.is_stamped();
}

template <class Aiocb>
int error_of(const Aiocb* block) {
    if (block == nullptr) {
        return fail(EINVAL);
    }
    Block fields(const_cast<Aiocb*>(block));
    return has_status(fields) ? fields.error() : fail(EINVAL);
}

template <class Aiocb>
ssize_t return_of(Aiocb* block) {
    if (block == nullptr) {
        return fail(EINVAL);
    }
    if (collection.is_on()) {
        collection.give_back(block);
    }
    Block fields(block);
    if (takes_any_status()) {
        return fields.result();
    }
    if (!fields.is_stamped() || fields.error() == EINPROGRESS) {
        return fail(EINVAL);
    }
    ssize_t result = fields.result();
    fields.remove_stamp();
    return result;
}

}  // namespace
}  // namespace uaio

UAIO_EXPORT int aio_read(struct aiocb* block) {
    return uaio::transfer(uaio::maybe_null(block), uaio::Kind::kRead);
}

UAIO_EXPORT int aio_write(struct aiocb* block) {
    return uaio::transfer(uaio::maybe_null(block), uaio::Kind::kWrite);
}

UAIO_EXPORT int aio_fsync(int how, struct aiocb* block) {
    return uaio::sync(how, uaio::maybe_null(block));
}

UAIO_EXPORT int aio_error(const struct aiocb* block) {
    return uaio::error_of(uaio::maybe_null(block));
}

UAIO_EXPORT ssize_t aio_return(struct aiocb* block) {
    return uaio::return_of(uaio::maybe_null(block));
}

UAIO_EXPORT int aio_cancel(int fd, struct aiocb* block) {
    return uaio::cancel(fd, uaio::maybe_null(block));
}

#ifdef UAIO_AIOCB64

UAIO_EXPORT int aio_read64(struct aiocb64* block) {
    return uaio::transfer(uaio::maybe_null(block), uaio::Kind::kRead);
}

UAIO_EXPORT int aio_write64(struct aiocb64* block) {
    return uaio::transfer(uaio::maybe_null(block), uaio::Kind::kWrite);
}

UAIO_EXPORT int aio_fsync64(int how, struct aiocb64* block) {
    return uaio::sync(how, uaio::maybe_null(block));
}

UAIO_EXPORT int aio_error64(const struct aiocb64* block) {
    return uaio::error_of(uaio::maybe_null(block));
}

UAIO_EXPORT ssize_t aio_return64(struct aiocb64* block) {
    return uaio::return_of(uaio::maybe_null(block));
}

UAIO_EXPORT int aio_cancel64(int fd, struct aiocb64* block) {
    return uaio::cancel(fd, uaio::maybe_null(block));
}

// aio_threads and aio_num as glibc has them: at least 1 and 32; aio_idle_time in seconds, 0 leaves
// it as it is, negative means that idle workers leave at once. All three also work later.
UAIO_EXPORT void aio_init(const struct aioinit* init) {
    if (uaio::maybe_null(init) == nullptr) {
        return;
    }
    unsigned threads = init->aio_threads < 1 ? 1 : static_cast<unsigned>(init->aio_threads);
    unsigned requests = init->aio_num < 32 ? 32 : static_cast<unsigned>(init->aio_num);
    int seconds_max = uaio::kIdleMsMax / 1000;
    int seconds = init->aio_idle_time < seconds_max ? init->aio_idle_time : seconds_max;
    uaio::engine.configure(threads, requests, seconds < 0 ? -1 : seconds * 1000);
}

#endif  // UAIO_AIOCB64
