#include "aio/engine.h"

#include <errno.h>

#include "aio/counters.h"
#include "aio/joint_transfer.h"
#include "aio/limits.h"
#include "aio/perform.h"
#include "aio/trace.h"
#include "signals/late_signals.h"
#include "signals/notifier.h"
#include "threadpool/base/check.h"
#include "threadpool/base/own_signals.h"
#include "threadpool/base/signal_block.h"

namespace uaio {

constinit Engine engine;
constinit thread_local const Running* run_here = nullptr;

namespace {

// Bytes that others may add to a transfer of that size.
size_t room_beside(const Operation& operation) {
    return operation.bytes < kTogetherBytes ? kTogetherBytes - operation.bytes : 0;
}

// What an operation has come to, in one number.
int64_t value_of(ssize_t result, int error) {
    return error != 0 ? -error : result;
}

}  // namespace

// --- workers ----------------------------------------------------------------------------------

// What a worker asks before it wakes another, and before it sleeps. What has come in is admitted
// first: often it has to wait for something, and a thread woken for it would find nothing to do.
bool Engine::requests_pending(void* context) {
    auto& self = *static_cast<Engine*>(context);
    if (!self.inbox_.empty()) {
        Hold hold(self.lock_);
        self.admit_all();
        self.note_ready();
    }
    return self.pending();
}

// All looks pair with those who make work visible: Inbox::put(), note_ready(), LateSignals::owe().
bool Engine::pending() const {
    return !inbox_.empty() || ready_.load(std::memory_order_seq_cst) != 0 || owes_signals();
}

bool Engine::owes_signals() const {
    return this == &engine && late_signals.waiting();
}

void Engine::serve_requests(void* context, Pool::Seat& seat) {
    auto& self = *static_cast<Engine*>(context);
    Request* request = nullptr;
    while ((request = self.next_work(request)) != nullptr) {
        seat.found();
        if (!self.run(*request, Runner::kWorker)) {
            request = nullptr;
        }
        seat.search();
    }
}

void Engine::serve_calls(void* context, Pool::Seat& seat) {
    auto& calls = *static_cast<Notifier*>(context);
    Due due;
    while (calls.next(due)) {
        seat.found();
        seat.leave_another();
        Notifier::make(due);
        if (!seat.valid()) {  // the callback has forked, and this is the child
            return;
        }
    }
}

bool Engine::calls_pending(void* context) {
    return static_cast<Notifier*>(context)->pending();
}

// No thread can be had, so the caller does what a worker would do, in a worker's state: signals
// blocked, those that the system calls raise for their thread swallowed, and not to be cancelled,
// because somebody has to publish what was taken.
void Engine::run_all_here() {
    SignalBlock block;
    OwnSignals swallowed;
    Running frame = {this, run_here};
    run_here = &frame;
    Request* request = nullptr;
    while ((request = next_work(request)) != nullptr) {
        if (!run(*request, Runner::kCaller)) {
            request = nullptr;
        }
    }
    run_here = frame.outer;
}

// Not by this engine alone: its owners may submit to others, whose owners submit to this one.
bool Engine::runs_here() const {
    const Running* frame = run_here;
    while (frame != nullptr && frame->engine != this) {
        frame = frame->outer;
    }
    return frame != nullptr;
}

// Whoever runs requests may start threads, and does so for those who may not.
Request* Engine::next_work(Request* done) {
    if (owes_signals()) {
        late_signals.begin();
    }
    return next(done);
}

// One lap: retires what the worker has done, admits what came in, takes what is most urgent.
Request* Engine::next(Request* done) {
    Lane* lane = done != nullptr ? done->lane : nullptr;
    bool was_write = done != nullptr && done->operation.kind == Kind::kWrite;
    uint32_t gone = 0;
    Request* request;
    {
        Hold hold(lock_);
        if (done != nullptr) {
            if (std::atomic<bool>* promise = promise_for(*done)) {
                promise->store(false, std::memory_order_seq_cst);  // before admit_all(): post()
            }
        }
        while (done != nullptr) {
            Request* following = done->inbox_next;
            schedule_.retire(*done);
            close(*done);
            ++gone;
            done = following;
        }
        admit_all();
        request = schedule_.take();
        if (request != nullptr) {
            take_along(*request);
            if (std::atomic<bool>* promise = promise_for(*request)) {
                promise->store(true, std::memory_order_relaxed);  // who misses it wakes somebody
            }
        }
        note_ready();
    }
    if (lane != nullptr) {
        count_out(*lane, gone, was_write ? gone : 0);
        waiting_room_.wake(lane);
    }
    return request;
}

// The requests that one system call serves are one chain from here on, in queue order. Those that
// are too many wait for the next call.
void Engine::take_along(Request& request) {
    Request* last = &request;
    request.inbox_next = nullptr;
    size_t room = room_beside(request.operation);
    for (size_t together = 1; together < kTogether; ++together) {
        Request* other = schedule_.take_along(*last, room);
        if (other == nullptr) {
            return;
        }
        room -= is_sync(other->operation.kind) ? 0 : other->operation.bytes;
        UAIO_STEP(kJoin, join, *other, request.number, 0);
        other->inbox_next = nullptr;
        last->inbox_next = other;
        last = other;
        count(is_sync(other->operation.kind) ? Counter::kSyncsShared : Counter::kTransfersJoined);
    }
}

void Engine::admit_all() {
    give_back_waves();
    Request* request = inbox_.take_all();
    if (is_tracing()) {
        note_moment();  // after all that has been submitted, before all that is taken
    }
    if (request == nullptr) {
        return;
    }
    while (request != nullptr) {
        Request* following = request->inbox_next;
        schedule_.admit(*request);
        request = following;
    }
    raise_to(counters().outstanding_max, schedule_.outstanding());
}

// Those of the last admissions and departures.
void Engine::give_back_waves() {
    while (Wave* wave = schedule_.take_unused_wave()) {
        desk_.give(*wave);
    }
}

void Engine::note_ready() {
    // Sequentially consistent: before the worker's change of the pool's state
    // (Pool::Seat::found()), respectively the canceller's look at it (notify()).
    ready_.store(schedule_.ready(), std::memory_order_seq_cst);
    parked_.store(schedule_.parked(), std::memory_order_seq_cst);
}

// False if the request has been parked: then it is nobody's until its stream is ready.
bool Engine::run(Request& request, Runner runner) {
    UAIO_CHECK(request.state.load(std::memory_order_relaxed) == State::kRunning);
    // Between submission and now the program may have closed the descriptor, and its number may
    // stand for another file. The preload library's close prevents it, but for the C library's
    // calls to itself.
    if (!stands_for(request.operation.fd, request.operation.descriptor.identity)) {
        end_runs(request, {-1, EBADF});
        return true;
    }
    if (!request.operation.descriptor.seekable && !is_sync(request.operation.kind)) {
        return run_stream(request, runner);
    }
    if (is_sync(request.operation.kind)) {
        run_syncs(request);
    } else {
        run_transfers(request);
    }
    return true;
}

// Those that a joint call has not served to the end are made one by one, and find out for
// themselves why: a write writes the same bytes again.
void Engine::run_transfers(Request& first) {
    UAIO_STEP(kBegin, begin, first, kNoNumber, 0);
    size_t moved = first.inbox_next != nullptr ? transfer_together(first) : 0;
    for (Request* each = &first; each != nullptr; each = each->inbox_next) {
        size_t bytes = each->operation.bytes;
        if (moved >= bytes && moved > 0) {
            moved -= bytes;
            end_run(*each, {static_cast<ssize_t>(bytes), 0});
        } else {
            moved = 0;
            if (each != &first) {
                UAIO_STEP(kBegin, begin, *each, kNoNumber, 0);
            }
            end_run(*each, perform(each->operation));
        }
    }
}

// fsync does what fdatasync does.
void Engine::run_syncs(Request& first) {
    Operation operation = first.operation;
    for (Request* each = &first; each != nullptr; each = each->inbox_next) {
        if (each->operation.kind == Kind::kFileSync) {
            operation.kind = Kind::kFileSync;
        }
    }
    UAIO_STEP(kBegin, begin, first, kNoNumber, 0);
    end_runs(first, perform(operation));
}

// What one system call says holds for all of them.
void Engine::end_runs(Request& first, const Outcome& outcome) {
    for (Request* each = &first; each != nullptr; each = each->inbox_next) {
        end_run(*each, outcome);
    }
}

void Engine::count_performed(Kind kind, const Outcome& outcome) {
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

void Engine::end_run(Request& request, const Outcome& outcome) {
    UAIO_STEP(kEnd, end, request, kNoNumber, value_of(outcome.result, outcome.error));
    count_performed(request.operation.kind, outcome);
    finish(request, outcome.result, outcome.error, Starts::kThreads);
}

// --- publish and deliver ----------------------------------------------------------------------

int Engine::deliver(Notice& notice, Starts starts) {
    int error = deliver_notice(notice, starts);
    if (error != EINPROGRESS) {  // else it is late, and counted when that has ended
        count(error == 0 ? Counter::kNoticesDelivered : Counter::kNoticesFailed);
    }
    return error;
}

// The owner may free or reuse itself as soon as publish() has stored the status, so its address is
// the last thing that is used, and only as a number.
void Engine::finish(Request& request, ssize_t result, int error, Starts starts) {
    void* owner = request.owner.load(std::memory_order_relaxed);
    // Whoever sees the status finds the request published, or about to be: never running. Relaxed:
    // the status's release covers it.
    request.state.store(State::kPublishing, std::memory_order_relaxed);
    UAIO_STEP(kPublish, publish, request, kNoNumber, value_of(result, error));
    request.publish(owner, result, error);
    request.state.store(State::kPublished, std::memory_order_release);  // pairs with cancellers
    waiting_room_.wake(owner);
    if (is_audible(request.notice)) {
        int failure = deliver(request.notice, starts);
        UAIO_STEP(kDeliver, deliver, request, kNoNumber, -failure);
    }
    if (request.batch != nullptr) {
        Batch& batch = *request.batch;
        if (error != 0) {
            note_failure(batch);
        }
        if (leave(batch)) {
            end_batch(batch, starts);
        }
        release(batch);
    }
}

// Delivering takes locks, and a signal handler that interrupted it could wait for somebody who
// needs them too.
void Engine::submitted(Batch& batch) {
    if (leave(batch)) {
        SignalBlock block;
        end_batch(batch, Starts::kThreads);
        look_after();
    }
}

void Engine::end_batch(Batch& batch, Starts starts) {
    if (is_audible(batch.notice)) {
        deliver(batch.notice, starts);
    }
    UAIO_STEP(kRing, ring, TracePool::kWorkers, batch.number, 0);
    ring(batch);
}

}  // namespace uaio
