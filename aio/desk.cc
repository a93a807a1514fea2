#include "aio/desk.h"

#include <errno.h>

#include "threadpool/base/clock.h"

namespace uaio {

Request* Desk::open(const Submission& submission, int& error) {
    error = EAGAIN;
    Request* request = requests_.take();
    if (request == nullptr) {
        return nullptr;
    }
    error = equip(*request, submission);
    if (error != 0) {
        close(*request);
        return nullptr;
    }
    request->operation = submission.operation;
    if (!request->operation.descriptor.seekable) {
        request->operation.progress = 0;
    }
    request->publish = submission.publish;
    request->batch = submission.batch;
    request->outlives_close = submission.outlives_close;
    if (keeps_moments_) {
        note_submission(request->number);
    }
    // A canceller may still hold the number from an earlier submission of this owner. If it finds
    // the owner, it must find this state too, which tells it to leave the record alone, and not
    // that of the record's former life. Release pairs with find(); relaxed is released by it.
    request->state.store(State::kFilled, std::memory_order_relaxed);
    request->owner.store(submission.owner, std::memory_order_release);
    return request;
}

// What may be refused: 0 or EAGAIN. What has been taken until then is left to close().
int Desk::equip(Request& request, const Submission& submission) {
    request.notice.kind = Notice::Kind::kNone;
    request.wave = nullptr;
    if (submission.operation.kind == Kind::kWrite) {
        request.wave = waves_.take();
        if (request.wave == nullptr) {
            return EAGAIN;
        }
    }
    return submission.event != nullptr ? prepare_notice(*submission.event, request.notice) : 0;
}

// Without memory for it the time is unknown. Relaxed: the owner is stored later, with release.
void Desk::note_submission(uint32_t number) {
    Moment* moment = moments_.at(number);
    if (moment == nullptr) {
        moments_.reserve(number + 1);
        moment = moments_.at(number);
    }
    if (moment != nullptr) {
        moment->submitted_ns.store(now_ns(), std::memory_order_relaxed);
    }
}

void Desk::close(Request& request) {
    if (request.wave != nullptr) {  // it was never posted
        waves_.give(*request.wave);
    }
    request.owner.store(nullptr, std::memory_order_relaxed);  // the slab releases the record
    requests_.give(request);
}

// Relaxed: an owner asks about a submission of its own, which it has seen.
bool Desk::serves(uint32_t number, const void* owner) const {
    Request* request = requests_.at(number);
    return request != nullptr && request->owner.load(std::memory_order_relaxed) == owner;
}

Request* Desk::find(uint32_t number, const void* owner) const {
    Request* request = requests_.at(number);
    // Acquire pairs with open(). The state may be relaxed: the engine's lock covers the records in
    // the schedule.
    if (request == nullptr || request->owner.load(std::memory_order_acquire) != owner ||
        request->state.load(std::memory_order_relaxed) < State::kBarred) {
        return nullptr;
    }
    return request;
}

}  // namespace uaio
