#include "aio/engine.h"

#include <errno.h>
#include <pthread.h>

#include "aio/counters.h"
#include "aio/perform.h"
#include "signals/notifier.h"
#include "threadpool/base/check.h"
#include "threadpool/base/signal_block.h"

namespace uaio {

constinit Engine engine;

namespace {

Counter submitted_counter(Kind kind) {
    return kind == Kind::kRead    ? Counter::kSubmittedReads
           : kind == Kind::kWrite ? Counter::kSubmittedWrites
                                  : Counter::kSubmittedSyncs;
}

void count_performed(Kind kind, const Outcome& outcome) {
    if (kind == Kind::kRead) {
        count(Counter::kPerformedReads);
    } else if (kind == Kind::kWrite) {
        count(Counter::kPerformedWrites);
    } else {
        count(Counter::kPerformedSyncs);
    }
    if (outcome.error != 0) {
        count(Counter::kFailed);
    } else if (outcome.result > 0) {
        count(kind == Kind::kRead ? Counter::kBytesRead : Counter::kBytesWritten,
              static_cast<uint64_t>(outcome.result));
    }
}

void observe_workers(Pool::Event event, unsigned threads) {
    switch (event) {
        case Pool::Event::kStarted:
            count(Counter::kWorkersStarted);
            raise_to(counters().workers_max, threads);
            return;
        case Pool::Event::kLeft:
            count(Counter::kWorkersLeft);
            return;
        case Pool::Event::kRefused:
            count(Counter::kThreadsRefused);
            return;
        case Pool::Event::kWoken:
            count(Counter::kWakeups);
            return;
    }
}

void observe_notifiers(Pool::Event event, unsigned /*threads*/) {
    switch (event) {
        case Pool::Event::kStarted:
            count(Counter::kNotifiersStarted);
            return;
        case Pool::Event::kLeft:
            count(Counter::kNotifiersLeft);
            return;
        case Pool::Event::kRefused:
            count(Counter::kThreadsRefused);
            return;
        case Pool::Event::kWoken:
            return;
    }
}

void deliver(Notice& notice) {
    if (is_audible(notice)) {
        bool delivered = deliver_notice(notice) == 0;
        count(delivered ? Counter::kNoticesDelivered : Counter::kNoticesFailed);
    }
}

// A request that had to wait may find that its descriptor was closed and stands for another file
// now.
bool still_means_the_same(const Operation& operation) {
    Identity now;
    return identify(operation.fd, now) == 0 && now == operation.descriptor.identity;
}

}  // namespace

// --- first use, configuration, fork -----------------------------------------------------------

void Engine::start() {
    // Acquire pairs with the release in start_once().
    if (!started_.load(std::memory_order_acquire)) {
        start_once();
    }
}

void Engine::start_once() UAIO_UNCHECKED {
    SignalBlock block;
    Hold hold(start_lock_);
    if (started_.load(std::memory_order_relaxed)) {  // the lock orders it
        return;
    }
    read_environment(options_);
    open_counters(options_.stats);
    schedule_.set_policy(options_.order == Order::kStrict ? place_strictly : place_by_conflict);
    worker_owner_ = {"uaio-w",        this,        serve_requests, requests_pending,
                     observe_workers, kStackBytes, false};
    workers_.configure(worker_owner_, options_.threads, options_.idle_ms * kNsPerMs);
    notifier_owner_ = {"uaio-n", &notifier, serve_calls, calls_pending, observe_notifiers, 0, true};
    notifiers_.configure(notifier_owner_, kNotifiersMax, kNotifierIdleMs * kNsPerMs);
    notifier.set_summon([] { engine.notifiers_.notify(); });
    if (!has_fork_handler_) {
        has_fork_handler_ = pthread_atfork(nullptr, nullptr, forked_child) == 0;
    }
    started_.store(true, std::memory_order_release);  // pairs with start()
}

void Engine::configure(unsigned threads, unsigned requests, int idle_ms) {
    SignalBlock block;
    Hold hold(start_lock_);
    bool started = started_.load(std::memory_order_relaxed);  // the lock orders it
    if (threads != 0 && !options_.threads_fixed) {
        options_.threads = threads < kWorkersMax ? threads : kWorkersMax;
        if (started) {
            workers_.set_threads_max(options_.threads);
        }
    }
    if (idle_ms != 0 && !options_.idle_fixed) {
        options_.idle_ms = idle_ms < 0 ? 0 : idle_ms < kIdleMsMax ? idle_ms : kIdleMsMax;
        if (started) {
            workers_.set_idle_ns(options_.idle_ms * kNsPerMs);
        }
    }
    desk_.reserve(requests);
}

Options Engine::options() const {
    return options_;
}

// The child has one thread and none of the parent's requests. Whatever other threads were doing at
// the moment of the fork, they are gone: everything starts from the beginning, at the next use.
void Engine::forked_child() {
    engine.reset();
}

void Engine::reset() UAIO_UNCHECKED {
    lock_.reset();
    start_lock_.reset();
    schedule_ = {};
    lap_ = 0;
    desk_.reset();
    lanes_.reset();
    inbox_.reset();
    waiting_room_.reset();
    workers_.reset();
    notifiers_.reset();
    notifier.reset();
    reset_batches();
    close_counters();
    ready_.store(0, std::memory_order_relaxed);  // no other thread exists
    started_.store(false, std::memory_order_relaxed);
}

// --- submitters -------------------------------------------------------------------------------

Request* Engine::prepare(const Submission& submission, int& error) {
    Lane* lane = lanes_.reserve(submission.operation.fd);
    if (lane == nullptr) {
        error = EAGAIN;
        return nullptr;
    }
    Request* request = desk_.open(submission, error);
    if (request != nullptr) {
        request->lane = lane;
        request->inbox_next = nullptr;
    }
    return request;
}

void Engine::drop(Request& request) {
    drop_notice(request.notice);
    desk_.close(request);
}

void Engine::post(Request& newest, Request& oldest) {
    for (Request* request = &newest; request != nullptr; request = request->inbox_next) {
        UAIO_CHECK(request->state.load(std::memory_order_relaxed) == State::kFilled);
        // Relaxed: put() releases the record.
        request->state.store(State::kPosted, std::memory_order_relaxed);
        count(submitted_counter(request->operation.kind));
        if (request == &oldest) {
            break;
        }
    }
    inbox_.put(&newest, &oldest);
    if (!workers_.notify()) {
        run_all_here();
    }
}

// --- workers ----------------------------------------------------------------------------------

bool Engine::requests_pending(void* context) {
    return static_cast<Engine*>(context)->pending();
}

// Both looks pair with those who make work visible: Inbox::put() and note_ready().
bool Engine::pending() const {
    return !inbox_.empty() || ready_.load(std::memory_order_seq_cst) != 0;
}

void Engine::serve_requests(void* context, Pool::Seat& seat) {
    auto& self = *static_cast<Engine*>(context);
    Request* request = nullptr;
    while ((request = self.next(request)) != nullptr) {
        seat.found();
        self.run(*request);
    }
}

void Engine::serve_calls(void* context, Pool::Seat& seat) {
    auto& calls = *static_cast<Notifier*>(context);
    while (Call* call = calls.next()) {
        seat.found();
        Notifier::make(*call);
    }
}

bool Engine::calls_pending(void* context) {
    return static_cast<Notifier*>(context)->pending();
}

// No thread can be had, so the caller does what a worker would do, under the same rule about
// signals.
void Engine::run_all_here() {
    SignalBlock block;
    Request* request = nullptr;
    while ((request = next(request)) != nullptr) {
        run(*request);
    }
}

// One lap: retires what the worker has done, admits what came in, takes what is most urgent.
Request* Engine::next(Request* done) {
    Hold hold(lock_);
    if (done != nullptr) {
        schedule_.retire(*done);
        desk_.close(*done);
    }
    ++lap_;
    admit_all();
    Request* request = schedule_.take();
    note_ready();
    if (request != nullptr) {
        request->waited = request->lap != lap_;
    }
    return request;
}

void Engine::admit_all() {
    Request* request = inbox_.take_all();
    if (request == nullptr) {
        return;
    }
    while (request != nullptr) {
        Request* following = request->inbox_next;
        request->lap = lap_;
        schedule_.admit(*request);
        request = following;
    }
    raise_to(counters().outstanding_max, schedule_.outstanding());
}

void Engine::note_ready() {
    // Sequentially consistent: before the worker's change of the pool's state
    // (Pool::Seat::found()), respectively the canceller's look at it (notify()).
    ready_.store(schedule_.ready(), std::memory_order_seq_cst);
}

void Engine::run(Request& request) {
    UAIO_CHECK(request.state.load(std::memory_order_relaxed) == State::kRunning);
    Outcome outcome = {-1, EBADF};
    if (!request.waited || still_means_the_same(request.operation)) {
        outcome = perform(request.operation);
    }
    count_performed(request.operation.kind, outcome);
    finish(request, outcome.result, outcome.error);
}

// --- publish and deliver ----------------------------------------------------------------------

// The owner may free or reuse itself as soon as publish() has stored the status, so its address is
// the last thing that is used, and only as a number.
void Engine::finish(Request& request, ssize_t result, int error) {
    void* owner = request.owner.load(std::memory_order_relaxed);
    // Before the status is visible, so that a canceller that acts on the status finds it. Relaxed:
    // the status's release covers it.
    request.state.store(State::kPublished, std::memory_order_relaxed);
    request.publish(owner, result, error);
    waiting_room_.wake(owner);
    deliver(request.notice);
    if (request.batch != nullptr) {
        Batch& batch = *request.batch;
        leave_batch(batch);
        release(batch);
    }
}

void Engine::leave_batch(Batch& batch) {
    if (leave(batch)) {
        deliver(batch.notice);
        ring(batch);
    }
}

// --- cancellers -------------------------------------------------------------------------------

Engine::Cancelled Engine::cancel(uint32_t number, const void* owner) {
    SignalBlock block;
    Cancelled cancelled = {0, 0};
    Request* request;
    {
        Hold hold(lock_);
        admit_all();
        request = desk_.find(number, owner);
        if (request != nullptr && schedule_.withdraw(*request)) {
            cancelled.withdrawn = 1;
            request->inbox_next = nullptr;
        } else if (request != nullptr &&
                   request->state.load(std::memory_order_relaxed) == State::kRunning) {
            cancelled.running = 1;
        }
        note_ready();
    }
    if (cancelled.withdrawn != 0) {
        finish_withdrawn(request);
    }
    workers_.notify();
    return cancelled;
}

Engine::Cancelled Engine::cancel_all(int fd) {
    Lane* lane = lanes_.find(fd);
    if (lane == nullptr) {
        return {0, 0};
    }
    SignalBlock block;
    Cancelled cancelled = {0, 0};
    uint64_t end = 0;  // requests from here on were submitted after the call
    bool more = true;
    while (more) {
        Request* withdrawn = nullptr;
        {
            Hold hold(lock_);
            admit_all();
            end = end != 0 ? end : schedule_.next_sequence();
            more = withdraw_some(*lane, end, withdrawn, cancelled);
            note_ready();
        }
        finish_withdrawn(withdrawn);
    }
    workers_.notify();
    return cancelled;
}

// Withdraws requests of the lane with a sequence below `end`, the newest first in the list; returns
// true if there may be more. Counts what runs only when nothing is left to withdraw.
bool Engine::withdraw_some(Lane& lane, uint64_t end, Request*& withdrawn, Cancelled& cancelled) {
    size_t found = 0;
    size_t running = 0;
    Request* request = lane.requests.front();
    while (request != nullptr && request->sequence < end && found < kWithdrawBatch) {
        Request* following = List<Request, LaneTag>::after(*request);
        if (schedule_.withdraw(*request)) {
            request->inbox_next = withdrawn;
            withdrawn = request;
            ++found;
        } else if (request->state.load(std::memory_order_relaxed) == State::kRunning) {
            ++running;
        }
        request = following;
    }
    cancelled.withdrawn += found;
    cancelled.running = running;
    return found == kWithdrawBatch;
}

void Engine::finish_withdrawn(Request* first) {
    while (first != nullptr) {
        Request* following = first->inbox_next;
        count(Counter::kCancelled);
        finish(*first, -1, ECANCELED);
        desk_.close(*first);
        first = following;
    }
}

}  // namespace uaio
