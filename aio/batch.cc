#include "aio/batch.h"

#include <errno.h>

#include "threadpool/base/check.h"

namespace uaio {
namespace {

constinit Slab<Batch> batches;

}  // namespace

Batch* open_batch(const sigevent* event, int& error) {
    error = EAGAIN;
    Batch* batch = batches.take();
    if (batch == nullptr) {
        return nullptr;
    }
    // Relaxed: the record becomes known to others only through the inbox, which releases it.
    batch->pending.store(1, std::memory_order_relaxed);
    batch->users.store(1, std::memory_order_relaxed);
    batch->done.store(0, std::memory_order_relaxed);
    batch->failed.store(false, std::memory_order_relaxed);
    batch->notice.kind = Notice::Kind::kNone;
    error = event != nullptr ? prepare_notice(*event, batch->notice) : 0;
    if (error != 0) {
        batches.give(*batch);
        return nullptr;
    }
    return batch;
}

void join(Batch& batch) {
    // Relaxed: the submitter is counted in, so neither count can reach zero meanwhile.
    batch.pending.fetch_add(1, std::memory_order_relaxed);
    batch.users.fetch_add(1, std::memory_order_relaxed);
}

bool leave(Batch& batch) {
    // Acquire and release pair with each other: what every request published happens before the
    // last one rings.
    uint32_t before = batch.pending.fetch_sub(1, std::memory_order_acq_rel);
    UAIO_CHECK(before > 0);
    return before == 1;
}

void note_failure(Batch& batch) {
    batch.failed.store(true, std::memory_order_relaxed);  // leave() releases it
}

bool any_failed(const Batch& batch) {
    return batch.failed.load(std::memory_order_relaxed);  // wait_for() has acquired it
}

void ring(Batch& batch) {
    batch.done.store(1, std::memory_order_release);  // pairs with wait_for()
    wake_all(batch.done);
}

void release(Batch& batch) {
    // Acquire and release pair with each other: all use of the record happens before its reuse.
    if (batch.users.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        batches.give(batch);
    }
}

WaitEnd wait_for(Batch& batch) {
    // Acquire pairs with ring(): the published statuses of the whole list are visible.
    while (batch.done.load(std::memory_order_acquire) == 0) {
        if (wait_on_cancellable(batch.done, 0, kNever) == WaitEnd::kInterrupted) {
            // What is done counts more than how the sleep ended.
            bool done = batch.done.load(std::memory_order_acquire) != 0;
            return done ? WaitEnd::kWoken : WaitEnd::kInterrupted;
        }
    }
    return WaitEnd::kWoken;
}

void reset_batches() {
    batches.reset();
}

}  // namespace uaio
