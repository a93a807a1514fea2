// aio_suspend: sleep until one of a list of control blocks is no longer in progress.
//
// POSIX.1-2024 lists it as async-signal-safe: no lock, no allocation, nothing on the stack that
// grows with the list, errno kept on success. NULL entries are ignored. A list without any block
// cannot end the wait, so only the timeout or a signal does. A cancellation point while it sleeps.
#include <aio.h>
#include <errno.h>
#include <stdint.h>
#include <time.h>

#include "aio/engine.h"
#include "aio/posix/export.h"
#include "aio/posix/platform/block.h"
#include "aio/posix/timeout.h"
#include "threadpool/base/clock.h"

namespace uaio {
namespace {

// Whether a block of the list is no longer in progress.
template <class Aiocb>
bool any_done(const Aiocb* const list[], int count) {
    for (int i = 0; i < count; ++i) {
        if (list[i] != nullptr &&
            Block(const_cast<Aiocb*>(list[i])).error_for_sleeper() != EINPROGRESS) {
            return true;
        }
    }
    return false;
}

template <class Aiocb>
uint32_t kinds_of(const Aiocb* const list[], int count) {
    uint32_t kinds = 0;
    for (int i = 0; i < count; ++i) {
        if (list[i] != nullptr) {
            kinds |= WaitingRoom::kind_of(list[i]);
        }
    }
    return kinds;
}

// 0 or an errno value.
template <class Aiocb>
int wait_for_any(const Aiocb* const list[], int count, int64_t deadline_ns) {
    if (any_done(list, count)) {
        return 0;
    }
    WaitingRoom& room = engine.waiting_room();
    uint32_t kinds = kinds_of(list, count);
    WaitEnd end = WaitEnd::kWoken;
    while (end == WaitEnd::kWoken) {
        uint32_t ticket = room.announce(kinds);
        if (any_done(list, count)) {
            return 0;
        }
        end = room.sleep_cancellable(ticket, kinds, deadline_ns);
        // What was published meanwhile counts more than how the sleep ended.
        if (any_done(list, count)) {
            return 0;
        }
    }
    return end == WaitEnd::kTimedOut ? EAGAIN : EINTR;
}

template <class Aiocb>
int suspend(const Aiocb* const list[], int count, const timespec* timeout) {
    int error;
    if (count < 0 || (list == nullptr && count > 0) ||
        (timeout != nullptr && !is_valid(*timeout))) {
        error = EINVAL;
    } else {
        error = wait_for_any(list, count, timeout != nullptr ? deadline_after(*timeout) : kNever);
    }
    if (error == 0) {
        return 0;
    }
    errno = error;
    return -1;
}

}  // namespace
}  // namespace uaio

UAIO_EXPORT int aio_suspend(const struct aiocb* const list[], int count,
                            const struct timespec* timeout) {
    return uaio::suspend(uaio::maybe_null(list), count, timeout);
}

#ifdef UAIO_AIOCB64

UAIO_EXPORT int aio_suspend64(const struct aiocb64* const list[], int count,
                              const struct timespec* timeout) {
    return uaio::suspend(uaio::maybe_null(list), count, timeout);
}

#endif  // UAIO_AIOCB64

#ifdef UAIO_SUSPEND_TIME64

// What aio_suspend is called by such programs, whatever their off_t.
UAIO_EXPORT int __aio_suspend_time64(const struct aiocb64* const list[], int count,
                                     const uaio_timespec64* timeout) {
    if (timeout == nullptr) {
        return aio_suspend64(list, count, nullptr);
    }
    timespec shorter = uaio::shorter(*timeout);
    return aio_suspend64(list, count, &shorter);
}

#endif  // UAIO_SUSPEND_TIME64
