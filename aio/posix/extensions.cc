// What POSIX does not have: transfers of pieces, and waiting for whichever request ends next. The
// contracts are in <uaio/aio.h>.
#include <aio.h>
#include <errno.h>
#include <stdint.h>
#include <time.h>

#include <uaio/aio.h>

#include "aio/engine.h"
#include "aio/posix/arguments.h"
#include "aio/posix/collection.h"
#include "aio/posix/door.h"
#include "aio/posix/export.h"
#include "aio/posix/platform/block.h"
#include "aio/posix/timeout.h"
#include "threadpool/base/clock.h"

namespace uaio {
namespace {

template <class Aiocb>
int transfer_pieces(Aiocb* block, Kind kind) {
    if (block == nullptr) {
        return fail(EINVAL);
    }
    engine.start();
    Operation operation;
    int error = begin_pieces(*block, kind, operation);
    return submit_transfer(block, operation, error);
}

// 0 or an errno value.
int wait_for_ended(Ended& ended, int64_t deadline_ns) {
    if (collection.take(ended)) {
        return 0;
    }
    WaitingRoom& room = engine.waiting_room();
    uint32_t kind = WaitingRoom::kind_of(&collection);
    WaitEnd end = WaitEnd::kWoken;
    while (end == WaitEnd::kWoken) {
        uint32_t ticket = room.announce(kind);
        if (collection.take(ended)) {
            return 0;
        }
        end = room.sleep_cancellable(ticket, kind, deadline_ns);
    }
    // What has ended meanwhile counts more than how the sleep did.
    return collection.take(ended) ? 0 : end == WaitEnd::kTimedOut ? EAGAIN : EINTR;
}

ssize_t wait_complete(struct aiocb** block, const timespec* timeout) {
    if (block == nullptr) {
        return fail(EINVAL);
    }
    *block = nullptr;
    if (!collection.is_on() || (timeout != nullptr && !is_valid(*timeout))) {
        return fail(EINVAL);
    }
    Ended ended;
    int error = wait_for_ended(ended, timeout != nullptr ? deadline_after(*timeout) : kNever);
    if (error != 0) {
        return fail(error);
    }
    *block = static_cast<struct aiocb*>(ended.block);
    return ended.error != 0 ? fail(ended.error) : ended.result;
}

}  // namespace
}  // namespace uaio

UAIO_EXPORT int uaio_aio_readv(struct aiocb* block) {
    return uaio::transfer_pieces(block, uaio::Kind::kRead);
}

UAIO_EXPORT int uaio_aio_writev(struct aiocb* block) {
    return uaio::transfer_pieces(block, uaio::Kind::kWrite);
}

UAIO_EXPORT void uaio_aio_collect(void) {
    uaio::collection.begin();
}

UAIO_EXPORT ssize_t uaio_aio_waitcomplete(struct aiocb** block, const struct timespec* timeout) {
    return uaio::wait_complete(block, timeout);
}

// Where off_t has 64 bits in any case the two blocks are one.
#if defined(UAIO_AIOCB64) && !defined(__OFF_T_MATCHES_OFF64_T)

UAIO_EXPORT int uaio_aio_readv64(struct aiocb64* block) {
    return uaio::transfer_pieces(block, uaio::Kind::kRead);
}

UAIO_EXPORT int uaio_aio_writev64(struct aiocb64* block) {
    return uaio::transfer_pieces(block, uaio::Kind::kWrite);
}

#endif

#ifdef UAIO_SUSPEND_TIME64

// What uaio_aio_waitcomplete is called by programs with _TIME_BITS=64.
UAIO_EXPORT ssize_t __uaio_aio_waitcomplete_time64(struct aiocb** block,
                                                   const uaio_timespec64* timeout) {
    if (timeout == nullptr) {
        return uaio::wait_complete(block, nullptr);
    }
    timespec shorter = uaio::shorter(*timeout);
    return uaio::wait_complete(block, &shorter);
}

#endif  // UAIO_SUSPEND_TIME64
