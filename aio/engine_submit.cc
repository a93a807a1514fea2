// Submitters: what a door calls to hand over its requests. No lock, no wait.
#include <errno.h>

#include "aio/counters.h"
#include "aio/engine.h"
#include "aio/trace.h"
#include "threadpool/base/check.h"
#include "threadpool/base/signal_block.h"

namespace uaio {
namespace {

Counter submitted_counter(Kind kind) {
    return kind == Kind::kRead    ? Counter::kSubmittedReads
           : kind == Kind::kWrite ? Counter::kSubmittedWrites
                                  : Counter::kSubmittedSyncs;
}

// What is no file has an order among its reads too, and nothing of it may be moved twice.
bool is_idle(const Lane& lane) {
    return lane.posted.load(std::memory_order_acquire) == 0;  // as Express::is_first()
}

// Whether what was moved in part can be moved again from the beginning.
bool can_be_repeated(const Operation& operation) {
    Descriptor descriptor = operation.descriptor;
    return descriptor.file_known || describe_file(operation.fd, descriptor) != 0 || descriptor.file;
}

}  // namespace

Request* Engine::prepare(const Submission& submission, int& error) {
    // Relaxed: what is not refused is withdrawn when no thread is left (shut_down()).
    if (closing_.load(std::memory_order_relaxed)) {
        error = ECANCELED;
        return nullptr;
    }
    Lane* lane = lanes_.reserve(submission.operation.fd);
    if (lane == nullptr) {
        error = EAGAIN;
        return nullptr;
    }
    Request* request = desk_.open(submission, error);
    if (request != nullptr) {
        request->lane = lane;
        request->inbox_next = nullptr;
        Batch* batch = submission.batch;
        UAIO_STEP(kSubmit, submit, *request, batch != nullptr ? batch->number : kNoNumber,
                  static_cast<int64_t>(submission.operation.bytes));
    }
    return request;
}

// Some devices can be read at any position, ignore it, and give what they have once (tun). Most
// descriptors stand for files, so which it is is asked only where it matters: if something is on
// its way that must not be overtaken, or when less came than was asked for, which then is all there
// will be.
bool Engine::run_at_once(const Submission& submission) {
    const Operation& operation = submission.operation;
    if (!express_.takes(operation)) {  // before any work that prepare() will do again
        return false;
    }
    Lane* lane = lanes_.reserve(operation.fd);
    if (lane == nullptr || !express_.may_try(*lane, operation.kind)) {
        return false;
    }
    if (!operation.descriptor.file_known && !is_idle(*lane) && !is_file(operation.fd)) {
        return false;
    }
    Notice notice = {};
    if (submission.event != nullptr && prepare_notice(*submission.event, notice) != 0) {
        return false;
    }
    size_t moved = express_.transfer(operation, *lane);
    auto bytes = static_cast<int64_t>(operation.bytes);
    if (moved < operation.bytes && (moved == 0 || can_be_repeated(operation))) {
        UAIO_STEP(kMiss, express_miss, operation, kNoNumber, bytes);
        drop_notice(notice);
        return false;
    }
    count(submitted_counter(operation.kind));
    auto result = static_cast<ssize_t>(moved);
    count_performed(operation.kind, {result, 0});
    UAIO_STEP(kHit, express_hit, operation, kNoNumber, result);
    submission.publish(submission.owner, result, 0);
    if (waiting_room_.awaits(submission.owner) || is_audible(notice)) {
        SignalBlock block;
        waiting_room_.wake(submission.owner);
        if (is_audible(notice)) {
            deliver(notice, Starts::kThreads);
        }
        look_after();
    }
    return true;
}

void Engine::drop(Request& request) {
    drop_notice(request.notice);
    close(request);
}

void Engine::close(Request& request) {
    UAIO_STEP(kRetire, retire, request, kNoNumber, 0);
    desk_.close(request);
}

void Engine::post(Request& newest, Request& oldest) {
    for (Request* request = &newest; request != nullptr; request = request->inbox_next) {
        UAIO_CHECK(request->state.load(std::memory_order_relaxed) == State::kFilled);
        // Relaxed: put() releases the record.
        request->state.store(State::kPosted, std::memory_order_relaxed);
        count(submitted_counter(request->operation.kind));
        count_in(*request->lane, request->operation.kind);
        if (request == &oldest) {
            break;
        }
    }
    std::atomic<bool>* promise = &newest == &oldest ? promise_for(newest) : nullptr;
    inbox_.put(&newest, &oldest);
    // Sequentially consistent, after put(): if somebody is still running alone, he takes the
    // promise back later than that, and after that looks at the inbox (next()).
    if (promise == nullptr || !promise->load(std::memory_order_seq_cst)) {
        look_after();
    }
}

// Where somebody who runs a request that goes through its gate alone promises to look at the inbox
// afterwards; null for a request that does not go alone. A stream's request may be parked, so it
// promises nothing.
std::atomic<bool>* Engine::promise_for(const Request& request) const {
    if (!request.operation.descriptor.seekable) {
        return nullptr;
    }
    Placement placement = policy_(request);
    return placement.limit == 1 ? &request.lane->runs_alone[placement.gate] : nullptr;
}

// For everybody who may have made work visible, by posting or by admitting what others had posted:
// somebody runs it, and if no thread can be had, the caller. Nothing is pending for a moment while
// another thread moves it from the inbox to the ready queue; that one looks afterwards. What a
// request's owner submits when it is told is left to the call that runs the request: a chain of
// such would otherwise be as deep on the stack as it is long.
void Engine::look_after() {
    if (pending() && !workers_.notify() && !runs_here()) {
        run_all_here();
    }
}

}  // namespace uaio
