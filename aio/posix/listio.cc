// lio_listio: a list of requests in one call, admitted together and in the order of the list.
//
// NULL entries and LIO_NOP are skipped. An entry that cannot be accepted does not stop the others:
// its block says why, and the call returns -1 with EIO (EAGAIN if nothing but want of resources
// stood in the way). Each request has its own notification; the list's own comes in addition, when
// the last request has been published. LIO_WAIT returns EIO as well if a request failed, and EINTR
// if a signal came first; the requests go on then.
#include <aio.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>

#include "aio/counters.h"
#include "aio/engine.h"
#include "aio/posix/arguments.h"
#include "aio/posix/door.h"
#include "aio/posix/export.h"
#include "aio/posix/platform/block.h"

namespace uaio {
namespace {

// What has been prepared of a list, and the reason of a refusal.
struct Prepared {
    Chain chain;
    bool in_order = false;  // entries go in the order of the list
    int error = 0;          // 0, EAGAIN or EIO

    int fd = -1;                 // of the last entry
    Descriptor descriptor = {};  // what that stands for, if it is known
};

// Entries that name the same descriptor on end ask the system about it once. The first one does
// that for itself alone, and perhaps asks less.
const Descriptor* known_of(int fd, Prepared& prepared) {
    if (fd != prepared.fd) {
        prepared.fd = fd;
        prepared.descriptor.file_known = false;
        return nullptr;
    }
    bool known = prepared.descriptor.file_known || describe(fd, prepared.descriptor) == 0;
    return known ? &prepared.descriptor : nullptr;
}

template <class Aiocb>
int operation_of(const Aiocb& block, Prepared& prepared, Operation& operation) {
    if (block.aio_lio_opcode != LIO_READ && block.aio_lio_opcode != LIO_WRITE) {
        return EINVAL;
    }
    Kind kind = block.aio_lio_opcode == LIO_READ ? Kind::kRead : Kind::kWrite;
    return begin_transfer(block, kind, operation, known_of(block.aio_fildes, prepared));
}

template <class Aiocb>
void prepare_entry(Aiocb* block, Batch& batch, Prepared& prepared) {
    Operation operation;
    int error = operation_of(*block, prepared, operation);
    if (error == 0) {
        error = open_block(block);
    }
    // Not before others of the list, which are not on their way yet.
    bool is_first = prepared.in_order && prepared.chain.newest == nullptr;
    if (error == 0 && run_or_describe(block, operation, is_first, error)) {
        return;
    }
    Request* request = nullptr;
    if (error == 0) {
        request = prepare_block(block, operation, &batch, error);
    }
    if (request == nullptr) {
        refuse_block(block, error);
        prepared.error = error == EAGAIN && prepared.error != EIO ? EAGAIN : EIO;
        return;
    }
    join(batch);
    prepared.chain.add(*request);
}

template <class Aiocb>
bool is_entry(const Aiocb* block) {
    return block != nullptr && block->aio_lio_opcode != LIO_NOP;
}

// Nothing of the list can be accepted. Whoever looks at its blocks, as POSIX tells the caller to
// after EAGAIN, must not find what an earlier use has left there.
template <class Aiocb>
void refuse_list(Aiocb* const list[], int length, int error) {
    for (int i = 0; i < length; ++i) {
        if (is_entry(list[i])) {
            refuse_block(list[i], error);
        }
    }
}

// Whether no entry goes before one that stands before it. With UAIO_STRICT nothing is said, because
// the same block may stand in the list twice, and has to be in flight to be found busy.
template <class Aiocb>
bool is_in_order(Aiocb* const list[], int length) {
    int least = INT_MIN;
    for (int i = 0; i < length; ++i) {
        if (is_entry(list[i])) {
            if (list[i]->aio_reqprio < least) {
                return false;
            }
            least = list[i]->aio_reqprio;
        }
    }
    return !engine.options().strict;
}

template <class Aiocb>
Prepared prepare_list(Aiocb* const list[], int length, Batch& batch) {
    Prepared prepared;
    prepared.in_order = is_in_order(list, length);
    for (int i = 0; i < length; ++i) {
        if (is_entry(list[i])) {
            prepare_entry(list[i], batch, prepared);
        }
    }
    return prepared;
}

void release_batch(void* batch) {
    release(*static_cast<Batch*>(batch));
}

// Not inlined, so that nothing but its argument lives across the register save of the handler.
// EINTR, EIO if a request has failed, or 0. The blocks are not looked at: they may be their owners'
// again, who may have been told by a callback.
[[gnu::noinline]] int wait_and_release(Batch* batch) {
    int error;
    pthread_cleanup_push(release_batch, batch);
    error = wait_for(*batch) == WaitEnd::kInterrupted ? EINTR : any_failed(*batch) ? EIO : 0;
    pthread_cleanup_pop(1);
    return error;
}

template <class Aiocb>
int run_list(int mode, Aiocb* const list[], int length, const sigevent* event) {
    int error = 0;
    Batch* batch = open_batch(mode == LIO_NOWAIT ? event : nullptr, error);
    if (batch == nullptr) {
        refuse_list(list, length, error);
        return error;
    }
    count(Counter::kLists);
    Prepared prepared = prepare_list(list, length, *batch);
    engine.post(prepared.chain);
    engine.submitted(*batch);
    if (mode == LIO_NOWAIT) {
        release(*batch);
        return prepared.error;
    }
    error = wait_and_release(batch);
    return error == EINTR || prepared.error == 0 ? error : prepared.error;
}

// What UAIO_STRICT finds wrong with the notification of a list: EINVAL. A list that is waited for
// has none.
int check_list_event(int mode, const sigevent* event) {
    bool has_event = mode == LIO_NOWAIT && event != nullptr;
    return has_event && engine.options().strict ? check_event(*event) : 0;
}

template <class Aiocb>
int listio(int mode, Aiocb* const list[], int length, const sigevent* event) {
    int error = EINVAL;
    bool valid =
        (mode == LIO_WAIT || mode == LIO_NOWAIT) && length >= 0 && (list != nullptr || length == 0);
    if (valid) {
        engine.start();
        error = check_list_event(mode, event);
    }
    if (error == 0) {
        error = run_list(mode, list, length, event);
    }
    if (error == 0) {
        return 0;
    }
    errno = error;
    return -1;
}

}  // namespace
}  // namespace uaio

UAIO_EXPORT int lio_listio(int mode, uaio::ListEntry list[], int length, struct sigevent* event) {
    auto* entries = const_cast<struct aiocb* const*>(list);
    return uaio::listio(mode, uaio::maybe_null(entries), length, event);
}

#ifdef UAIO_AIOCB64

UAIO_EXPORT int lio_listio64(int mode, struct aiocb64* const list[], int length,
                             struct sigevent* event) {
    return uaio::listio(mode, uaio::maybe_null(list), length, event);
}

#endif  // UAIO_AIOCB64
