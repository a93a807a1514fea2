// Streams: requests that may have to wait for ever do not hold a worker meanwhile.
//
// A worker tries a stream without waiting. If the stream has nothing for the request, the request
// is parked: it stays at the head of its direction in the schedule, and readiness (readiness.h) is
// asked to tell when to try again. The poller, one thread, makes parked requests ready; a canceller
// may withdraw them. All of that happens to a request under the engine's lock, so exactly one of
// them gets it. Readiness may tell of requests that are gone, or of others than those it was armed
// for: they are tried, and parked again.
//
// Nothing is missed: the request is parked before readiness is armed, and arming looks at the
// stream's present state, so an event that came before is told as well.
#include <errno.h>

#include "aio/engine.h"
#include "aio/limits.h"
#include "aio/readiness.h"

namespace uaio {

// The worker's part. Returns false if the request has been parked.
bool Engine::run_stream(Request& request) {
    Attempt attempt = attempt_stream(request.operation, request.progress);
    if (!attempt.would_wait) {
        end_run(request, attempt.outcome);
        return true;
    }
    if (park(request)) {
        return false;
    }
    end_run(request, perform_stream(request.operation, request.progress));
    return true;
}

// Returns false if the request is the caller's again: it cannot be polled, or there is no poller.
bool Engine::park(Request& request) {
    int fd = request.operation.fd;
    Direction direction = direction_of(request.operation.kind);
    uint64_t sequence = request.sequence;
    Lane* lane = request.lane;
    {
        Hold hold(lock_);
        schedule_.park(request);
        note_ready();
    }
    // From here on a canceller may have withdrawn the request, and its record may be another's.
    if (arm(fd, direction) && pollers_.notify()) {
        return true;
    }
    Hold hold(lock_);
    if (lane->parked[static_cast<int>(direction)] != &request || request.sequence != sequence) {
        return true;
    }
    schedule_.resume(request);
    note_ready();
    return false;
}

bool Engine::arm(int fd, Direction direction) {
    Hold hold(streams_lock_);
    return open_readiness() == 0 && arm_readiness(fd, direction) == 0;
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
}

// Waits for events once and makes what they concern ready.
void Engine::wake_streams() {
    ReadinessEvent events[kReadinessEvents];
    int count = wait_readiness(events, kReadinessEvents, kPollerIdleMs);
    if (count == 0) {
        return;
    }
    if (count < 0) {
        // The program has closed our descriptors, or they were never opened. With new ones,
        // everything is tried and armed anew; without, workers wait in the system call.
        Hold hold(streams_lock_);
        close_readiness();
        open_readiness();
    }
    {
        Hold hold(lock_);
        if (count < 0) {
            schedule_.unpark_all();
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
    workers_.notify();
}

}  // namespace uaio
