#include "aio/schedule.h"

#include "threadpool/base/check.h"

namespace uaio {
namespace {

// The schedule's owner guards the states that it changes here: relaxed.
State state_of(const Request& request) {
    return request.state.load(std::memory_order_relaxed);
}

RangeNode& range_node(Request& request) {
    return request;
}

// Where requests of this kind are found by those that conflict with it.
RangeIndex& index_of(const Request& request) {
    return request.operation.kind == Kind::kWrite ? request.lane->writes : request.lane->reads;
}

// Two possible blockers: the one that is later in queue order probably goes last.
RangeNode* later(RangeNode* one, RangeNode* other) {
    if (one == nullptr || other == nullptr) {
        return one != nullptr ? one : other;
    }
    return one->order > other->order ? one : other;
}

bool is_owed(const Operation& operation) {
    const Descriptor& descriptor = operation.descriptor;
    return operation.kind != Kind::kRead && (descriptor.seekable || descriptor.file);
}

}  // namespace

void Schedule::change(Request& request, State state) {
    State before = state_of(request);
    request.state.store(state, std::memory_order_relaxed);
    if (observer_ != nullptr) {
        observer_(request, before);
    }
}

// Nobody overtakes who has been taken.
void Schedule::start(Request& request) {
    change(request, State::kRunning);
    if (request.ranged) {
        index_of(request).set_order(request, order_once_taken(request.order));
    }
}

// `request` waits for `blocker` to go, and then asks again.
void Schedule::block(Request& request, Request& blocker) {
    request.blocker = &blocker;
    blocker.waiters.push_back(request);
    change(request, State::kBlocked);
}

void Schedule::admit(Request& request) {
    UAIO_CHECK(state_of(request) == State::kPosted);
    request.order = order_of(kPriorityMax - request.operation.priority, next_sequence_++);
    request.ranged = request.gated = request.tried = request.unwanted = false;
    request.waiters = {};
    request.lane->requests.push_back(request);
    ++outstanding_;
    owed_ += is_owed(request.operation);
    if (request.operation.kind == Kind::kWrite) {
        files_.add_write(request);
    }
    if (is_sync(request.operation.kind) && !files_.pass_or_bar(request)) {
        change(request, State::kBarred);
        return;
    }
    enter_lane(request);
}

// From admission, from the barrier, or from being blocked: the request asks what it has to wait
// for.
void Schedule::enter_lane(Request& request) {
    Placement placement = policy_(request);
    request.gate = placement.gate;
    request.gate_limit = placement.limit;
    if (placement.ranged) {
        Request* blocker = blocker_of(request, placement);
        if (!request.ranged) {
            request.ranged = true;
            range_node(request).range = placement.own;
            index_of(request).insert(request);
            yield_to(request, placement);
        }
        if (blocker != nullptr) {
            block(request, *blocker);
            return;
        }
    }
    pass_gate(request);
}

// One of those that the request conflicts with and that come before it, null if there is none.
Request* Schedule::blocker_of(const Request& request, const Placement& placement) const {
    RangeNode* read = request.lane->reads.latest_before(placement.reads, request.order);
    RangeNode* write = request.lane->writes.latest_before(placement.writes, request.order);
    return static_cast<Request*>(later(read, write));
}

// Requests that come after `request` in queue order, conflict with it and are not yet taken, step
// back and wait for it. They exist only if priorities differ.
void Schedule::yield_to(Request& request, const Placement& placement) {
    struct Context {
        Schedule* schedule;
        Request* request;
    } context = {this, &request};
    auto visit = [](void* argument, RangeNode& node) {
        auto* found = static_cast<Context*>(argument);
        auto& other = static_cast<Request&>(node);
        if (state_of(other) == State::kHeld || state_of(other) == State::kReady) {
            found->schedule->step_back(other);
            found->schedule->block(other, *found->request);
        }
    };
    request.lane->reads.visit_after(placement.reads, request.order, visit, &context);
    request.lane->writes.visit_after(placement.writes, request.order, visit, &context);
}

// Out of the ready queue or away from the gate.
void Schedule::step_back(Request& request) {
    if (state_of(request) == State::kHeld) {
        give_up(gate_of(request), request);
        return;
    }
    ready_.remove(request, level_of(request.order));
    make(leave(gate_of(request), request));
}

void Schedule::pass_gate(Request& request) {
    GateMove move = enter(gate_of(request), request);
    make(move);
    if (move.let_in != &request) {
        change(request, State::kHeld);
    }
}

void Schedule::make(GateMove move) {
    if (move.turned_out != nullptr) {
        ready_.remove(*move.turned_out, level_of(move.turned_out->order));
        change(*move.turned_out, State::kHeld);
        hold(gate_of(*move.turned_out), *move.turned_out);
    }
    if (move.let_in != nullptr) {
        make_ready(*move.let_in);
    }
}

void Schedule::make_ready(Request& request) {
    ready_.push(request, level_of(request.order));
    change(request, State::kReady);
}

Request* Schedule::take() {
    Request* request = ready_.pop();
    if (request != nullptr) {
        UAIO_CHECK(state_of(*request) == State::kReady);
        start(*request);
    }
    return request;
}

Request* Schedule::take_along(const Request& request, size_t bytes_max) {
    Request* other =
        is_sync(request.operation.kind) ? sync_beside(request) : transfer_after(request, bytes_max);
    if (other == nullptr) {
        return nullptr;
    }
    if (state_of(*other) == State::kReady) {
        ready_.remove(*other, level_of(other->order));
    } else {
        gate_of(*other).outside.pop();
    }
    start(*other);
    return other;
}

// Under a policy by which a sync's gate lets other kinds through too, these are in between.
Request* Schedule::sync_beside(const Request& sync) {
    Request* other = gate_of(sync).outside.top();
    bool same = other != nullptr && is_sync(other->operation.kind) &&
                other->operation.descriptor.identity == sync.operation.descriptor.identity;
    return same ? other : nullptr;
}

// What has no ranges goes one at a time, whatever it is. At a gate the first in queue order goes
// first, here too.
Request* Schedule::transfer_after(const Request& request, size_t bytes_max) {
    Request* next = List<Request, LaneTag>::after(const_cast<Request&>(request));
    if (next == nullptr || !next->ranged || !goes_on(request.operation, next->operation) ||
        next->operation.bytes > bytes_max) {
        return nullptr;
    }
    bool free = state_of(*next) == State::kReady ||
                (state_of(*next) == State::kHeld && gate_of(*next).outside.top() == next);
    return free ? next : nullptr;
}

void Schedule::park(Request& request) {
    Request*& place = request.lane->parked[static_cast<int>(direction_of(request.operation.kind))];
    UAIO_CHECK(state_of(request) == State::kRunning && place == nullptr);
    place = &request;
    request.tried = true;
    parked_.push_back(request);
    ++parked_count_;
    change(request, State::kParked);
}

void Schedule::leave_parking(Request& request) {
    Request*& place = request.lane->parked[static_cast<int>(direction_of(request.operation.kind))];
    UAIO_CHECK(state_of(request) == State::kParked && place == &request);
    place = nullptr;
    parked_.remove(request);
    --parked_count_;
}

void Schedule::unpark(Request& request) {
    leave_parking(request);
    make_ready(request);
}

void Schedule::unpark_all() {
    while (Request* request = parked_.front()) {
        unpark(*request);
    }
}

Request* Schedule::next_parked() {
    Request* request = parked_.pop_front();
    if (request != nullptr) {
        parked_.push_back(*request);
    }
    return request;
}

void Schedule::resume(Request& request) {
    leave_parking(request);
    change(request, State::kRunning);
}

void Schedule::retire(Request& request) {
    UAIO_CHECK(state_of(request) >= State::kRunning);
    if (request.gated) {  // not if it was taken along
        make(leave(gate_of(request), request));
    }
    remove(request);
}

bool Schedule::withdraw(Request& request) {
    State state = state_of(request);
    if (state >= State::kRunning) {
        return false;
    }
    UAIO_CHECK(state >= State::kBarred);
    if (state == State::kBarred) {
        files_.remove_barred(request);
    } else if (state == State::kBlocked) {
        request.blocker->waiters.remove(request);
    } else if (state == State::kParked) {
        leave_parking(request);
        make(leave(gate_of(request), request));
    } else {
        step_back(request);
    }
    change(request, State::kWithdrawn);
    remove(request);
    return true;
}

// The request leaves its lane and its file, and everybody who waited for it asks again.
void Schedule::remove(Request& request) {
    request.lane->requests.remove(request);
    --outstanding_;
    owed_ -= is_owed(request.operation);
    if (request.ranged) {
        index_of(request).erase(request);
    }
    while (Request* waiter = request.waiters.pop_front()) {
        enter_lane(*waiter);
    }
    if (request.wave != nullptr) {
        auto release = [](void* schedule, Request& sync) {
            static_cast<Schedule*>(schedule)->enter_lane(sync);
        };
        files_.remove_write(request, release, this);
    }
}

}  // namespace uaio
