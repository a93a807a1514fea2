// Cancelling, and closing descriptors that have requests.
#include <errno.h>
#include <unistd.h>

#include "aio/counters.h"
#include "aio/engine.h"
#include "threadpool/base/signal_block.h"

namespace uaio {

Engine::Cancelled Engine::cancel(uint32_t number, const void* owner) {
    SignalBlock block;
    Cancelled cancelled = {0, 0};
    Request* request;
    {
        Hold hold(lock_);
        admit_all();
        request = desk_.find(number, owner);
        if (request != nullptr && withdraw(*request, Partial::kKeep)) {
            cancelled.withdrawn = 1;
            request->inbox_next = nullptr;
        } else if (request != nullptr &&
                   request->state.load(std::memory_order_relaxed) <= State::kRunning) {
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
    uint64_t end;
    return withdraw_all(*lane, Partial::kKeep, end);
}

// Withdraws the requests of a lane that were submitted before the call: those numbered below `end`.
Engine::Cancelled Engine::withdraw_all(Lane& lane, Partial partial, uint64_t& end) {
    SignalBlock block;
    Cancelled cancelled = {0, 0};
    bool more = true;
    end = 0;
    while (more) {
        Request* withdrawn = nullptr;
        {
            Hold hold(lock_);
            admit_all();
            end = end != 0 ? end : schedule_.next_sequence();
            more = withdraw_some(lane, end, partial, withdrawn, cancelled);
            note_ready();
        }
        finish_withdrawn(withdrawn);
    }
    workers_.notify();
    return cancelled;
}

// One hold of the lock's worth. Returns true if there may be more; what stays is counted when there
// is not.
bool Engine::withdraw_some(Lane& lane, uint64_t end, Partial partial, Request*& withdrawn,
                           Cancelled& cancelled) {
    size_t found = 0;
    size_t staying = 0;
    Request* request = lane.requests.front();
    while (request != nullptr && request->sequence < end && found < kWithdrawBatch) {
        Request* following = List<Request, LaneTag>::after(*request);
        if (withdraw(*request, partial)) {
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
bool Engine::withdraw(Request& request, Partial partial) {
    if (request.progress > 0 && partial == Partial::kKeep) {
        return false;
    }
    return schedule_.withdraw(request);
}

// The list is in reverse order of admission; owners are told in that of admission.
void Engine::finish_withdrawn(Request* last) {
    Request* first = nullptr;
    while (last != nullptr) {
        Request* before = last->inbox_next;
        last->inbox_next = first;
        first = last;
        last = before;
    }
    while (first != nullptr) {
        Request* following = first->inbox_next;
        Lane* lane = first->lane;
        count(Counter::kCancelled);
        if (first->progress > 0) {
            finish(*first, static_cast<ssize_t>(first->progress), 0);
        } else {
            finish(*first, -1, ECANCELED);
        }
        desk_.close(*first);
        lane->posted.fetch_sub(1, std::memory_order_release);  // pairs with has_requests()
        first = following;
    }
}

// --- close ------------------------------------------------------------------------------------

bool Engine::has_requests(int fd) const {
    Lane* lane = lanes_.find(fd);
    // Acquire pairs with the releases of those that took the last request out.
    return lane != nullptr && lane->posted.load(std::memory_order_acquire) != 0;
}

// A request that its submitter has not handed over yet (a signal handler interrupted it) is not
// waited for: it would never come.
void Engine::clear_descriptor(int fd) {
    if (!has_requests(fd) || getpid() != process_) {
        return;
    }
    Lane& lane = *lanes_.find(fd);
    uint64_t end;
    withdraw_all(lane, Partial::kEnd, end);
    SignalBlock block;
    WaitingRoom::Stay stay(waiting_room_, WaitingRoom::kind_of(&lane));
    for (;;) {
        uint32_t ticket = stay.ticket();
        if (!any_running(lane, end)) {
            return;
        }
        stay.sleep(ticket, kNever);
    }
}

// The system call has returned when the status is published; the rest does not need the descriptor.
bool Engine::any_running(const Lane& lane, uint64_t end) {
    Hold hold(lock_);
    Request* request = lane.requests.front();
    while (request != nullptr && request->sequence < end) {
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
