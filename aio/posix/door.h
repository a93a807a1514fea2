// What the files of the posix door share.
#pragma once

#include <aio.h>
#include <errno.h>

#include "aio/counters.h"
#include "aio/engine.h"
#include "aio/posix/arguments.h"
#include "aio/posix/platform/block.h"

namespace uaio {

// How the engine publishes a status to a control block (request.h, Publish). `owner` is a struct
// aiocb or a struct aiocb64.
void publish_block(void* owner, ssize_t result, int error);

// The same for a block that has been done at once, without an error, and without a request.
void publish_at_once(void* owner, ssize_t result, int error);

// Whether a request in flight serves the block. What a block says of itself is not enough: it may
// be garbage, or a copy, or have been in flight in the parent of this process.
template <class Aiocb>
bool is_busy(Aiocb* block) {
    Block fields(block);
    return fields.is_stamped() && fields.error() == EINPROGRESS &&
           engine.serves(fields.request(), block);
}

// 0, or, if UAIO_STRICT is set, what is wrong with the block: EINVAL or EBUSY.
template <class Aiocb>
int check_block(Aiocb* block) {
    if (!engine.options().strict) {
        return 0;
    }
    return is_busy(block) ? EBUSY : check_event(block->aio_sigevent);
}

// Does the operation, which has been begun (arguments.h), at once, if that can be: `block` is
// published then.
template <class Aiocb>
bool run_block_at_once(Aiocb* block, const Operation& operation) {
    return check_block(block) == 0 && Block(block).enter() &&
           engine.run_at_once({operation, block, publish_at_once, &block->aio_sigevent, nullptr});
}

// The same; and if it cannot be done at once, finds out the rest about it. Returns whether it is
// done; if not, `error` says whether it can be prepared.
template <class Aiocb>
bool run_or_describe(Aiocb* block, Operation& operation, bool may_run, int& error) {
    if (may_run && run_block_at_once(block, operation)) {
        return true;
    }
    error = describe_transfer(operation, block->aio_reqprio);
    return false;
}

// Prepares a request for `block`, marks the block as in progress, and leaves it to the caller to
// post it. Null with `error` EAGAIN, or, if UAIO_STRICT is set, EINVAL or EBUSY.
template <class Aiocb>
Request* prepare_block(Aiocb* block, const Operation& operation, Batch* batch, int& error) {
    Block fields(block);
    error = check_block(block);
    if (error == 0 && !fields.enter()) {
        error = EAGAIN;
    }
    if (error != 0) {
        return nullptr;
    }
    Submission submission = {operation, block, publish_block, &block->aio_sigevent, batch};
    Request* request = engine.prepare(submission, error);
    if (request != nullptr) {
        fields.begin(request->number, EINPROGRESS);
    }
    return request;
}

// A refused block says why, unless it is busy: then its status belongs to its request.
template <class Aiocb>
void refuse_block(Aiocb* block, int error) {
    count(Counter::kRefused);
    Block fields(block);
    if (error != EBUSY && fields.enter()) {
        fields.refuse(error);
    }
}

}  // namespace uaio
