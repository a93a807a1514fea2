// Streams: requests that may have to wait for ever do not hold a worker meanwhile.
//
// A worker tries a stream without waiting. If the stream has nothing for the request, the request
// is parked: it stays at the head of its direction in the schedule, and readiness (readiness.h) is
// asked to tell when to try again. The poller, one thread, makes parked requests ready; a canceller
// may withdraw them. All of that happens to a request under the engine's lock, so exactly one of
// them gets it. Readiness may tell of requests that are gone, or of others than those it was armed
// for: they are tried, and parked again.
//
// Readiness is armed and the request parked in one hold of the lock: a canceller that withdraws the
// request afterwards knows that nobody touches its descriptor any more. Arming looks at the
// stream's present state, so an event that came before is told as well; and the poller, told at
// once, waits for the lock.
#include <errno.h>

#include "aio/engine.h"
#include "aio/limits.h"
#include "aio/readiness.h"
#include "aio/trace.h"
#include "threadpool/base/clock.h"

namespace uaio {

namespace {

// With what has been written until now, if there is any.
Outcome given_up(size_t progress, int error) {
    return progress > 0 ? Outcome{static_cast<ssize_t>(progress), 0} : Outcome{-1, error};
}

}  // namespace

// The worker's part. Returns false if the request has been parked. What goes on where a file's
// descriptor stands is ordered as a stream is, but has nothing to wait for.
bool Engine::run_stream(Request& request, Runner runner) {
    size_t& progress = request.operation.progress;
    UAIO_STEP(kBegin, begin, request, kNoNumber, 0);
    if (request.operation.descriptor.file) {
        end_run(request, perform_stream(request.operation, progress));
        return true;
    }
    Attempt attempt = attempt_stream(request.operation, progress);
    if (!attempt.would_wait) {
        end_run(request, attempt.outcome);
        return true;
    }
    if (park(request)) {
        return false;
    }
    if (is_unwanted(request)) {
        end_run(request, given_up(progress, ECANCELED));
        return true;
    }
    // Nobody can be had to wait for the stream. A worker may wait in the system call; a caller, who
    // perhaps is the one to feed the stream, may not.
    UAIO_STEP(kBegin, begin, request, kNoNumber, 0);
    end_run(request, runner == Runner::kWorker ? perform_stream(request.operation, progress)
                                               : given_up(progress, EAGAIN));
    return true;
}

// A canceller may want it gone at any time until then.
bool Engine::is_unwanted(const Request& request) {
    Hold hold(lock_);
    return request.unwanted || closing_.load(std::memory_order_relaxed);  // the lock's
}

// Returns false if the request is the caller's again: it cannot be polled, there is no poller, or
// nobody wants it to wait.
bool Engine::park(Request& request) {
    Direction direction = direction_of(request.operation.kind);
    uint64_t order = request.order;
    Lane* lane = request.lane;
    bool armed;
    {
        Hold hold(lock_);
        bool wanted = !request.unwanted && !closing_.load(std::memory_order_relaxed);  // the lock's
        armed = wanted && arm(request.operation.fd, direction);
        if (armed) {
            schedule_.park(request);
        }
        note_ready();
    }
    if (!armed) {
        // The set may have been lost, and everything that was parked be ready now. If no thread can
        // be had, the caller is one that does all there is.
        if (pending()) {
            workers_.notify();
        }
        return false;
    }
    // From here on the record may be another's. A thread that is about to close the descriptor
    // waits for what runs, and has to withdraw what is parked instead.
    waiting_room_.wake(lane);
    if (pollers_.notify() && pollers_.ensure()) {
        return true;
    }
    Hold hold(lock_);
    if (lane->parked[static_cast<int>(direction)] != &request || request.order != order) {
        return true;
    }
    schedule_.resume(request);
    note_ready();
    return false;
}

// epoll_ctl does not block.
bool Engine::arm(int fd, Direction direction) {
    if (readiness_.open() != 0) {
        return false;
    }
    int error = readiness_.arm(fd, direction);
    if (error == ESTALE && renew_readiness()) {
        error = readiness_.arm(fd, direction);
    }
    return error == 0;
}

// The set is lost, and nobody is going to be told of what was armed: everything is tried anew.
bool Engine::renew_readiness() {
    readiness_.close();
    schedule_.unpark_all();
    return readiness_.open() == 0;
}

// --- the poller -------------------------------------------------------------------------------

bool Engine::streams_pending(void* context) {
    // Pairs with note_ready().
    return static_cast<Engine*>(context)->parked_.load(std::memory_order_seq_cst) != 0;
}

void Engine::serve_streams(void* context, Pool::Seat& seat) {
    auto& self = *static_cast<Engine*>(context);
    seat.found();
    while (streams_pending(context)) {
        self.wake_streams();
    }
    self.look_after();  // who withdrew the last one may have left that to this thread
}

// Waits for events once and makes what they concern ready.
void Engine::wake_streams() {
    ReadinessEvent events[kReadinessEvents];
    int count = readiness_.wait(events, kReadinessEvents, kPollerIdleMs);
    if (now_ns() >= next_recheck_ns_) {
        recheck_parked();
        next_recheck_ns_ = now_ns() + kPollerIdleMs * kNsPerMs;
    }
    if (count == 0) {
        return;
    }
    {
        Hold hold(lock_);
        if (count < 0) {
            renew_readiness();
        }
        for (int i = 0; i < count; ++i) {
            Lane* lane = lanes_.find(events[i].fd);
            Request* request =
                lane != nullptr ? lane->parked[static_cast<int>(events[i].direction)] : nullptr;
            if (request != nullptr) {
                schedule_.unpark(*request);
            }
        }
        note_ready();
    }
    look_after();
}

// Nobody tells of a descriptor that was closed behind the library's back, or by one thread while
// another submitted; and if it stands for the same file again (a named pipe), that one has not been
// armed. So those that wait are looked at now and then; a worker finds out the rest.
void Engine::recheck_parked() {
    // Relaxed: whoever is parked later is looked at later.
    size_t left = parked_.load(std::memory_order_relaxed);
    left = left < kRecheckMax ? left : kRecheckMax;
    while (left > 0) {
        size_t count = left < kRecheckBatch ? left : kRecheckBatch;
        left -= count;
        {
            Hold hold(lock_);
            while (count-- > 0) {
                recheck(schedule_.next_parked());
            }
            note_ready();
        }
        look_after();
    }
}

void Engine::recheck(Request* request) {
    if (request == nullptr) {
        return;
    }
    const Operation& operation = request->operation;
    bool waits = stands_for(operation.fd, operation.descriptor.identity) &&
                 arm(operation.fd, direction_of(operation.kind));
    // Relaxed: under the lock. If the set was lost it is not parked any more.
    if (!waits && request->state.load(std::memory_order_relaxed) == State::kParked) {
        schedule_.unpark(*request);
    }
}

}  // namespace uaio
