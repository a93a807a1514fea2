// Batch: a list of requests that rings once, when the last of them has been published.
//
//     Batch* batch = open_batch(&event or null);      // counts the submitter
//     ... each accepted request: join(*batch) ...     // counts one more
//     leave(*batch)                                   // the submitter, and each request when done
//     wait_for(*batch)                                // the submitter, if it likes
//     release(*batch)                                 // the submitter, and each request
//
// The one who brings the count to zero delivers the list's notice and wakes the submitter, if it
// waits. The record is shared by the submitter and the requests: the last of them gives it back, so
// a wait that ends early (a signal) leaves nothing dangling.
#pragma once

#include <signal.h>
#include <stdint.h>

#include <atomic>

#include "signals/notice.h"
#include "threadpool/base/slab.h"
#include "threadpool/base/wait_word.h"

namespace uaio {

struct Batch : SlabRecord {
    std::atomic<uint32_t>
        pending;                  // requests not yet published, and the submitter while it submits
    std::atomic<uint32_t> users;  // who may still touch the record
    std::atomic<bool> failed;     // a request has ended with an error
    WaitWord done;                // 1 when pending has reached zero
    Notice notice;
};

// A batch with the submitter counted in; null with `error` EAGAIN if there is no memory. `event` is
// the list's own notification, null for none.
Batch* open_batch(const sigevent* event, int& error);

// One more request belongs to the batch. Only while the submitter is counted in.
void join(Batch& batch);

// One request less, or the submitter has submitted all. Returns true if it was the last: then the
// caller has to deliver batch.notice before it calls release().
bool leave(Batch& batch);

// A request of the batch has ended with an error. Before its leave(), which makes it visible.
void note_failure(Batch& batch);

// Whether any has. Only after wait_for(): the blocks themselves may be their owners' again.
bool any_failed(const Batch& batch);

// Wakes the waiting submitter. Only after leave() returned true and the notice was delivered.
void ring(Batch& batch);

// The caller does not touch the record any more.
void release(Batch& batch);

// Sleeps until the batch has rung; does not release. A cancellation point: the caller's clean-up
// handler must release.
WaitEnd wait_for(Batch& batch);

// There are no batches. Only for a forked child.
void reset_batches();

}  // namespace uaio
