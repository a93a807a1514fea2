// What the files of the posix door share.
#pragma once

#include <aio.h>
#include <errno.h>

#include "aio/counters.h"
#include "aio/engine.h"
#include "aio/posix/arguments.h"
#include "aio/posix/collection.h"
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

// The same for blocks that are collected.
void publish_collected(void* owner, ssize_t result, int error);
void publish_collected_at_once(void* owner, ssize_t result, int error);

// A submission of the block begins, once for each: the block is checked, and given what room its
// status needs. Where blocks are collected, what ended before has been given back by that; before
// the block's own room is entered, which giving back may end. 0, EAGAIN if there is no memory, or,
// if UAIO_STRICT is set, EINVAL or EBUSY.
template <class Aiocb>
int open_block(Aiocb* block) {
    int error = check_block(block);
    if (error != 0) {
        return error;
    }
    bool collected = !collection.is_on() || collection.enter(block);
    return collected && Block(block).enter() ? 0 : EAGAIN;
}

// Does the operation, which has been begun (arguments.h), at once, if that can be: `block`, which
// is open, is published then.
template <class Aiocb>
bool run_block_at_once(Aiocb* block, const Operation& operation) {
    Publish publish = collection.is_on() ? publish_collected_at_once : publish_at_once;
    return engine.run_at_once({operation, block, publish, &block->aio_sigevent, nullptr});
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

// Prepares a request for `block`, which is open, marks the block as in progress, and leaves it to
// the caller to post it. Null with `error` EAGAIN.
template <class Aiocb>
Request* prepare_block(Aiocb* block, const Operation& operation, Batch* batch, int& error) {
    Publish publish = collection.is_on() ? publish_collected : publish_block;
    Submission submission = {operation, block, publish, &block->aio_sigevent, batch};
    Request* request = engine.prepare(submission, error);
    if (request != nullptr) {
        Block(block).begin(request->number, EINPROGRESS);
    }
    return request;
}

// A refused block says why, unless it is busy: then its status belongs to its request.
template <class Aiocb>
void refuse_block(Aiocb* block, int error) {
    count(Counter::kRefused);
    if (is_busy(block)) {
        return;
    }
    if (collection.is_on()) {
        collection.forget(block);
    }
    Block fields(block);
    if (fields.enter()) {
        fields.refuse(error);
    }
}

// errno and -1.
inline int fail(int error) {
    errno = error;
    return -1;
}

// The request for an open block into the engine, if `error` is 0 so far.
template <class Aiocb>
int submit_block(Aiocb* block, const Operation& operation, int error) {
    Request* request = nullptr;
    if (error == 0) {
        request = prepare_block(block, operation, nullptr, error);
    }
    if (request == nullptr) {
        refuse_block(block, error);
        return fail(error);
    }
    engine.post(*request, *request);
    return 0;
}

// A transfer that has been begun, at once, if that can be.
template <class Aiocb>
int submit_transfer(Aiocb* block, Operation& operation, int error) {
    if (error == 0) {
        error = open_block(block);
    }
    if (error == 0 && run_or_describe(block, operation, true, error)) {
        return 0;
    }
    return submit_block(block, operation, error);
}

}  // namespace uaio
