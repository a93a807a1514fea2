#include "tests/walks/reference.h"

#include <algorithm>

#include "aio/limits.h"
#include "tests/aio/make_request.h"

namespace uaio::test {
namespace {

enum class GateName { kWide, kSerialReads, kSerialWrites, kSyncs, kStrict };

bool writes(const Outstanding& request) {
    return request.operation.kind == Kind::kWrite;
}

// The barrier: every older write of the file, through any descriptor, of any priority.
bool is_barred(const Requests& requests, const Outstanding& request) {
    return is_sync(request.operation.kind) && !was_taken(request) &&
           std::any_of(requests.begin(), requests.end(), [&](const Outstanding& other) {
               return writes(other) && other.number < request.number &&
                      other.operation.descriptor.identity == request.operation.descriptor.identity;
           });
}

// The bytes that decide about others, or that others decide about.
Range extent(const Outstanding& request) {
    const Operation& op = request.operation;
    int64_t end = op.offset + static_cast<int64_t>(op.bytes);
    if (writes(request)) {
        return op.descriptor.append ? Range{op.descriptor.size, INT64_MAX} : Range{op.offset, end};
    }
    bool beyond = op.bytes > 0 && end > op.descriptor.size;
    return beyond ? Range{std::min(op.offset, op.descriptor.size), INT64_MAX}
                  : Range{op.offset, end};
}

bool overlap(Range one, Range other) {
    return std::max(one.begin, other.begin) < std::min(one.end, other.end);
}

bool is_positioned(const Outstanding& request) {
    return !is_sync(request.operation.kind) && request.operation.descriptor.seekable;
}

bool conflict(const Outstanding& one, const Outstanding& other) {
    return &one != &other && one.lane == other.lane && is_positioned(one) && is_positioned(other) &&
           (writes(one) || writes(other)) && overlap(extent(one), extent(other));
}

// As if serial: one that runs already or comes before in queue order, where it matters.
bool is_blocked(const Requests& requests, const Outstanding& request, Order order) {
    return order != Order::kStrict &&
           std::any_of(requests.begin(), requests.end(), [&](const Outstanding& other) {
               return conflict(request, other) &&
                      (was_taken(other) || comes_before(other, request));
           });
}

GateName gate_of(const Outstanding& request, Order order) {
    const Operation& op = request.operation;
    if (order == Order::kStrict) {
        return GateName::kStrict;
    }
    if (is_sync(op.kind)) {
        return GateName::kSyncs;
    }
    bool wide = op.descriptor.seekable &&
                (!writes(request) || (op.descriptor.direct && !op.descriptor.append));
    if (wide) {
        return GateName::kWide;
    }
    return writes(request) ? GateName::kSerialWrites : GateName::kSerialReads;
}

bool same_gate(const Outstanding& one, const Outstanding& other, Order order) {
    return one.lane == other.lane && gate_of(one, order) == gate_of(other, order);
}

bool waits_at_gate(const Requests& requests, const Outstanding& request, Order order) {
    return !was_taken(request) && !is_barred(requests, request) &&
           !is_blocked(requests, request, order);
}

Verdict at_gate(const Requests& requests, const Outstanding& request, Order order) {
    size_t inside = 0;
    size_t waiting = 0;
    bool first = true;
    for (const Outstanding& other : requests) {
        if (same_gate(request, other, order)) {
            bool waits = waits_at_gate(requests, other, order);
            inside += was_taken(other) && !other.along;
            waiting += waits;
            first = first && !(waits && comes_before(other, request));
        }
    }
    GateName gate = gate_of(request, order);
    if (gate != GateName::kWide) {
        return {inside == 0 && first ? State::kReady : State::kHeld};
    }
    size_t room = (order == Order::kNarrow ? 2 : kLaneFanOut) - inside;
    return {State::kReady, waiting > room, std::min(waiting, room)};
}

// The next one at its gate, if it is a sync.
const Outstanding* sync_beside(const Requests& requests, const Outstanding& taken, Order order) {
    const Outstanding* next = nullptr;
    for (const Outstanding& other : requests) {
        if (same_gate(taken, other, order) && waits_at_gate(requests, other, order) &&
            (next == nullptr || comes_before(other, *next))) {
            next = &other;
        }
    }
    return next != nullptr && is_sync(next->operation.kind) ? next : nullptr;
}

// Nobody who is held at that gate comes before it. (A wide gate may hold anybody.)
bool is_free(const Requests& requests, const Outstanding& request, Order order) {
    auto held = [&](const Outstanding& other) {
        return same_gate(request, other, order) && state_of(*other.record) == State::kHeld;
    };
    return state_of(*request.record) == State::kReady ||
           (held(request) &&
            std::none_of(requests.begin(), requests.end(), [&](const Outstanding& other) {
                return held(other) && comes_before(other, request);
            }));
}

bool adjacent(const Outstanding& one, const Outstanding& other) {
    const Operation& first = one.operation;
    const Operation& second = other.operation;
    return first.kind == second.kind && first.bytes > 0 &&
           first.offset + static_cast<int64_t>(first.bytes) == second.offset &&
           first.priority == second.priority &&
           first.descriptor.direct == second.descriptor.direct && !first.descriptor.append &&
           !second.descriptor.append;
}

// The next one of the descriptor in order of admission, if it continues in a file what was taken.
const Outstanding* transfer_after(const Requests& requests, const Outstanding& taken, Order order) {
    auto next = std::find_if(requests.begin(), requests.end(), [&](const Outstanding& other) {
        return other.lane == taken.lane && other.number > taken.number;
    });
    bool joins = next != requests.end() && order != Order::kStrict && is_positioned(taken) &&
                 is_positioned(*next) && adjacent(taken, *next) && is_free(requests, *next, order);
    return joins ? &*next : nullptr;
}

}  // namespace

const Outstanding* goes_along(const Requests& requests, const Outstanding& taken, Order order) {
    return is_sync(taken.operation.kind) ? sync_beside(requests, taken, order)
                                         : transfer_after(requests, taken, order);
}

bool comes_before(const Outstanding& one, const Outstanding& other) {
    int urgency = one.operation.priority;
    int other_urgency = other.operation.priority;
    return urgency != other_urgency ? urgency > other_urgency : one.number < other.number;
}

Verdict verdict_on(const Requests& requests, const Outstanding& request, Order order) {
    switch (request.stage) {
        case Stage::kRunning:
            return {State::kRunning};
        case Stage::kParked:
            return {State::kParked};
        case Stage::kAgain:
            return {State::kReady};
        case Stage::kWaiting:
            break;
    }
    if (is_barred(requests, request)) {
        return {State::kBarred};
    }
    if (is_blocked(requests, request, order)) {
        return {State::kBlocked};
    }
    return at_gate(requests, request, order);
}

size_t ready_at_gate_of(const Requests& requests, const Outstanding& request, Order order) {
    return static_cast<size_t>(
        std::count_if(requests.begin(), requests.end(), [&](const Outstanding& other) {
            return same_gate(request, other, order) && waits_at_gate(requests, other, order) &&
                   other.record->state.load(std::memory_order_relaxed) == State::kReady;
        }));
}

}  // namespace uaio::test
