// Desk: where a request record is filled in when a door comes with an operation, and given back
// when everything is done, and the records of waves that writes bring. Lock-free; the number of
// requests is bounded by memory alone.
#pragma once

#include "aio/batch.h"
#include "aio/request.h"

namespace uaio {

// What a door brings.
struct Submission {
    Operation operation;
    void* owner;
    Publish publish;
    const sigevent* event;  // null for no notification
    Batch* batch;           // null if it does not belong to a list
    // Whether it is to be made although its descriptor is closed right after the submission, as if
    // it held the file open (Engine::clear_descriptor()).
    bool outlives_close = false;
};

// When a request was submitted, under the number of its record, which has no room for it.
struct Moment : SlabRecord {
    std::atomic<int64_t> submitted_ns;  // by now_ns()
};

class Desk {
  public:
    // Notes for each request from now on when it was submitted. Before the first one.
    void keep_moments() { keeps_moments_ = true; }

    // A record in state kFilled with everything that the request will need. Null with `error`
    // EAGAIN if there is no memory.
    Request* open(const Submission& submission, int& error);

    // The request is over, or was never posted; its record may be reused at once.
    void close(Request& request);

    // The record that a write brought is not used (any more).
    void give(Wave& wave) { waves_.give(wave); }

    // The record with that number if it serves `owner` now; null otherwise. `number` may be
    // garbage. The answer holds while the engine's lock is held and the record is in the schedule.
    Request* find(uint32_t number, const void* owner) const;

    // Whether the record with that number serves `owner` now, from open() to close().
    bool serves(uint32_t number, const void* owner) const;

    void reserve(uint32_t requests) { requests_.reserve(requests); }

    // Gives memory back to the system that a burst of requests has left. For a time when there are
    // none, see Slab::trim().
    void trim() {
        requests_.trim();
        waves_.trim();
    }

    // Forgets all requests and gives their memory back. Nobody uses the desk: in a forked child, or
    // when its engine ends.
    void reset() {
        requests_.reset();
        waves_.reset();
        moments_.reset();
        keeps_moments_ = false;
    }

    // For a reader that has copied the desk's bytes out of another process (aio/window.h).
    const Slab<Request>& requests() const { return requests_; }
    const Slab<Moment>& moments() const { return moments_; }

  private:
    int equip(Request& request, const Submission& submission);
    void note_submission(uint32_t number);

    Slab<Request> requests_;
    Slab<Wave> waves_;
    Slab<Moment> moments_;  // as many as there are requests; none is ever taken
    bool keeps_moments_ = false;
};

}  // namespace uaio
