// Cancelling, and closing descriptors that have requests.
#include <errno.h>
#include <unistd.h>

#include "aio/counters.h"
#include "aio/engine.h"
#include "signals/late_signals.h"
#include "threadpool/base/signal_block.h"

namespace uaio {

Engine::Cancelled Engine::cancel(uint32_t number, const void* owner, Wish wish) {
    // Garbage may say of itself that it is in progress before there has been any request. Acquire
    // pairs with the release in start_once().
    if (!started_.load(std::memory_order_acquire)) {
        return {0, 0};
    }
    Cause cause = wish == Wish::kFirm ? Cause::kFirm : Cause::kCancel;
    SignalBlock block;
    Request* request;
    Lane* lane = nullptr;
    uint64_t end = 0;
    bool withdrawn = false;
    bool running = false;
    {
        Hold hold(lock_);
        admit_all();
        request = desk_.find(number, owner);
        if (request != nullptr) {
            lane = request->lane;
            end = sequence_of(request->order) + 1;
            withdrawn = withdraw(*request, cause);
            running = request->state.load(std::memory_order_relaxed) <= State::kRunning;
            request->unwanted = request->unwanted || (running && wish == Wish::kFirm);
            if (withdrawn) {  // else it may be in the list of another canceller
                request->inbox_next = nullptr;
            }
        }
        note_ready();
    }
    if (withdrawn) {
        finish_withdrawn(*lane, request, Starts::kThreads);
    } else if (lane != nullptr && !running) {
        wait_until_published(*lane, end);
    }
    look_after();
    return {withdrawn ? size_t{1} : 0, running ? size_t{1} : 0};
}

Engine::Cancelled Engine::cancel_all(int fd) {
    Lane* lane = lanes_.find(fd);
    if (lane == nullptr) {
        return {0, 0};
    }
    SignalBlock block;
    uint64_t end = next_sequence();
    Cancelled cancelled = withdraw_all(*lane, Cause::kCancel, end, Starts::kThreads);
    if (cancelled.running == 0) {
        wait_until_published(*lane, end);
    }
    look_after();
    return cancelled;
}

// Requests below this number have been submitted before the call. Who moves what others have put
// into the inbox, and may not start a thread for it, says so before: else their owner could look
// for it in between, find it nowhere, and go (look_after()).
uint64_t Engine::next_sequence() {
    Hold hold(lock_);
    ready_.store(schedule_.ready() + 1, std::memory_order_seq_cst);  // as note_ready()
    admit_all();
    note_ready();
    return schedule_.next_sequence();
}

// Withdraws the requests of a lane numbered below `end`.
Engine::Cancelled Engine::withdraw_all(Lane& lane, Cause cause, uint64_t end, Starts starts) {
    Cancelled cancelled = {0, 0};
    bool more = true;
    while (more) {
        Request* withdrawn = nullptr;
        {
            Hold hold(lock_);
            more = withdraw_some(lane, end, cause, withdrawn, cancelled);
            note_ready();
        }
        finish_withdrawn(lane, withdrawn, starts);
    }
    return cancelled;
}

// One hold of the lock's worth. Returns true if there may be more; what stays is counted when there
// is not.
bool Engine::withdraw_some(Lane& lane, uint64_t end, Cause cause, Request*& withdrawn,
                           Cancelled& cancelled) {
    size_t found = 0;
    size_t staying = 0;
    Request* request = lane.requests.front();
    while (request != nullptr && sequence_of(request->order) < end && found < kWithdrawBatch) {
        Request* following = List<Request, LaneTag>::after(*request);
        if (withdraw(*request, cause)) {
            request->inbox_next = withdrawn;
            withdrawn = request;
            ++found;
        } else if (request->state.load(std::memory_order_relaxed) <= State::kRunning) {
            ++staying;
        }
        request = following;
    }
    cancelled.withdrawn += found;
    cancelled.running = staying;
    return found == kWithdrawBatch;
}

// A write that a stream has taken in part cannot be undone, so aio_cancel leaves it alone.
bool Engine::withdraw(Request& request, Cause cause) {
    State state = request.state.load(std::memory_order_relaxed);  // the lock's
    // The progress of a request that runs is its worker's to read.
    bool partly_done = state < State::kRunning && progress_of(request.operation) > 0;
    bool stays = (cause == Cause::kCancel && partly_done) ||
                 (cause == Cause::kClose && request.outlives_close && state != State::kParked);
    if (stays || !schedule_.withdraw(request)) {
        return false;
    }
    ++request.lane->unpublished;
    return true;
}

// The list is in reverse order of admission; owners are told in that of admission.
void Engine::finish_withdrawn(Lane& lane, Request* last, Starts starts) {
    if (last == nullptr) {  // then nobody is woken either: the caller itself may be about to sleep
        return;
    }
    Request* first = nullptr;
    while (last != nullptr) {
        Request* before = last->inbox_next;
        last->inbox_next = first;
        first = last;
        last = before;
    }
    for (Request* request = first; request != nullptr; request = request->inbox_next) {
        count(Counter::kCancelled);
        size_t progress = progress_of(request->operation);
        if (progress > 0) {
            finish(*request, static_cast<ssize_t>(progress), 0, starts);
        } else {
            finish(*request, -1, ECANCELED, starts);
        }
    }
    uint32_t finished = 0;
    uint32_t writes = 0;
    {
        // Under the lock, so that a canceller that has found a record may look at it.
        Hold hold(lock_);
        while (first != nullptr) {
            Request* following = first->inbox_next;
            writes += first->operation.kind == Kind::kWrite;
            close(*first);
            ++finished;
            first = following;
        }
        lane.unpublished -= finished;
    }
    count_out(lane, finished, writes);
    waiting_room_.wake(&lane);
}

// Another canceller, or a worker, has a request of the lane that is not running any more and has
// not published it yet. That takes a moment; each of them wakes the lane afterwards.
void Engine::wait_until_published(Lane& lane, uint64_t end) {
    uint32_t kind = WaitingRoom::kind_of(&lane);
    for (;;) {
        uint32_t ticket = waiting_room_.announce(kind);
        if (!any_unpublished(lane, end)) {
            return;
        }
        waiting_room_.sleep(ticket, kind, kNever);
    }
}

bool Engine::any_unpublished(const Lane& lane, uint64_t end) {
    Hold hold(lock_);
    if (lane.unpublished > 0) {
        return true;
    }
    Request* request = lane.requests.front();
    while (request != nullptr && sequence_of(request->order) < end) {
        // Acquire pairs with finish(): the status is visible.
        if (request->state.load(std::memory_order_acquire) == State::kPublishing) {
            return true;
        }
        request = List<Request, LaneTag>::after(*request);
    }
    return false;
}

// --- close ------------------------------------------------------------------------------------

bool Engine::has_requests(int fd) const {
    Lane* lane = lanes_.find(fd);
    // Acquire pairs with the releases of those that took the last request out.
    return lane != nullptr && lane->posted.load(std::memory_order_acquire) != 0;
}

// What waits for its stream when its descriptor is closed would perhaps wait for ever, and the
// closer with it.
void Engine::withdraw_parked(Lane& lane, uint64_t end) {
    Request* withdrawn = nullptr;
    {
        Hold hold(lock_);
        for (Request* request : lane.parked) {
            if (request != nullptr && sequence_of(request->order) < end &&
                withdraw(*request, Cause::kClose)) {
                request->inbox_next = withdrawn;
                withdrawn = request;
            }
        }
        note_ready();
    }
    finish_withdrawn(lane, withdrawn, Starts::kNothing);
}

// A request that its submitter has not handed over yet (a signal handler interrupted it) is not
// waited for: it would never come. For one that it has handed over without having looked for
// somebody to run it, nobody may come either (Pool::wake()): then what outlives the descriptor is
// withdrawn like the rest. What runs at first may be parked later, so each round looks for that.
//
// A thread is woken for what follows, but none is started: pthread_create is not async-signal-safe.
// If there is none, another thread looks later: what has become ready waited for something that was
// ready or ran, and somebody is coming or at work for that (Engine::look_after(), next()), or for
// something parked, and the poller looks before it leaves. Nobody may come for a signal that finds
// the system's queue full.
void Engine::clear_descriptor(int fd) {
    if (!has_requests(fd) || getpid() != process_) {
        return;
    }
    SignalBlock block;
    Lane& lane = *lanes_.find(fd);
    uint64_t end = next_sequence();
    uint32_t kind = WaitingRoom::kind_of(&lane);
    withdraw_all(lane, Cause::kClose, end, Starts::kNothing);
    for (;;) {
        uint32_t ticket = waiting_room_.announce(kind);
        withdraw_parked(lane, end);
        if (pending() && !workers_.wake()) {
            withdraw_all(lane, Cause::kUnserved, end, Starts::kNothing);
            if (late_signals.waiting()) {
                late_signals.retry_here();
            }
        }
        if (!any_running(lane, end)) {
            return;
        }
        waiting_room_.sleep(ticket, kind, kNever);
    }
}

// The system call has returned when the status is published; the rest does not need the descriptor.
bool Engine::any_running(const Lane& lane, uint64_t end) {
    Hold hold(lock_);
    Request* request = lane.requests.front();
    while (request != nullptr && sequence_of(request->order) < end) {
        if (request->state.load(std::memory_order_relaxed) <= State::kRunning) {
            return true;
        }
        request = List<Request, LaneTag>::after(*request);
    }
    return false;
}

void Engine::clear_descriptors(unsigned first, unsigned last) {
    for (int fd = lanes_.next_used(first); fd >= 0 && static_cast<unsigned>(fd) <= last;
         fd = lanes_.next_used(static_cast<unsigned>(fd) + 1)) {
        clear_descriptor(fd);
    }
}

}  // namespace uaio
