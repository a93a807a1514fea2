#include "tests/walks/plant.h"

#include <algorithm>
#include <utility>

#include "aio/lane.h"
#include "aio/limits.h"

namespace uaio::test {
namespace {

// So few that a walk can fill the gate.
constexpr uint8_t kNarrowFanOut = 2;

Placement place_narrowly(const Request& request) {
    Placement placement = place_by_conflict(request);
    placement.limit = placement.limit == kLaneFanOut ? kNarrowFanOut : placement.limit;
    return placement;
}

Policy policy_of(Order order) {
    switch (order) {
        case Order::kConflict:
            return place_by_conflict;
        case Order::kStrict:
            return place_strictly;
        case Order::kNarrow:
            return place_narrowly;
    }
    return nullptr;
}

template <class M>
std::unique_ptr<Machine> make(Order order) {
    return std::make_unique<M>(policy_of(order));
}

template <Policy kWrong>
std::unique_ptr<Machine> make_wrong(Order order) {
    return std::make_unique<Machine>(order == Order::kConflict ? kWrong : policy_of(order));
}

Range bytes_of(const Operation& operation) {
    return {operation.offset, operation.offset + static_cast<int64_t>(operation.bytes)};
}

Placement writes_ignore_reads(const Request& request) {
    Placement placement = place_by_conflict(request);
    placement.reads = kNoRange;
    return placement;
}

Placement growth_is_unseen(const Request& request) {
    Placement placement = place_by_conflict(request);
    if (placement.ranged && request.operation.kind == Kind::kRead) {
        placement.own = placement.writes = bytes_of(request.operation);
    }
    return placement;
}

Placement appends_are_writes(const Request& request) {
    Placement placement = place_by_conflict(request);
    if (request.operation.kind == Kind::kWrite && request.operation.descriptor.append) {
        placement.own = placement.reads = placement.writes = bytes_of(request.operation);
    }
    return placement;
}

Placement streams_serve_two(const Request& request) {
    Placement placement = place_by_conflict(request);
    placement.limit = request.operation.descriptor.file ? placement.limit : 2;
    return placement;
}

Placement own_positions_wait_for_all(const Request& request) {
    const Operation& operation = request.operation;
    Placement placement = place_by_conflict(request);
    bool own_read = operation.kind == Kind::kRead && operation.descriptor.file &&
                    !operation.descriptor.seekable;
    placement.gate = own_read ? 0 : placement.gate;
    return placement;
}

// Those that waited for a withdrawn request wait for ever.
class LostWaiters : public Machine {
  public:
    using Machine::Machine;
    bool withdraw(Request& request) override {
        request.waiters = {};
        return Machine::withdraw(request);
    }
};

// A withdrawn request that was ready goes, and nobody comes through the gate in its place.
class LostTurn : public Machine {
  public:
    using Machine::Machine;
    bool withdraw(Request& request) override {
        if (request.state != State::kReady) {
            return Machine::withdraw(request);
        }
        Gate& gate = gate_of(request);
        auto outside = std::exchange(gate.outside, {});
        bool withdrawn = Machine::withdraw(request);
        gate.outside = outside;
        return withdrawn;
    }
};

// A sync asks only for the writes of its own descriptor.
class NarrowBarrier : public Machine {
  public:
    using Machine::Machine;
    void admit(Request& request) override {
        Identity whole = request.operation.descriptor.identity;
        request.operation.descriptor.identity.inode = reinterpret_cast<uintptr_t>(request.lane);
        Machine::admit(request);
        request.operation.descriptor.identity = whole;
    }
};

// A request that is to be tried again can be passed by one that comes later.
class LostPlace : public Machine {
  public:
    using Machine::Machine;
    void unpark(Request& request) override {
        Machine::unpark(request);
        request.tried = false;
    }
};

}  // namespace

const Plant kSound = {"none", "nothing is wrong", make<Machine>};

const Plant kErrors[kPlants] = {
    {"deaf-writes", "writes do not wait for reads", make_wrong<writes_ignore_reads>},
    {"growth", "a read behind the end of the file waits only for writes of its own bytes",
     make_wrong<growth_is_unseen>},
    {"appends", "an append is a write at its offset", make_wrong<appends_are_writes>},
    {"twin-streams", "a stream serves two requests of a direction at a time",
     make_wrong<streams_serve_two>},
    {"starved", "a read at the file's own position waits until no other read is inside its gate",
     make_wrong<own_positions_wait_for_all>},
    {"lost-waiters", "those that waited for a withdrawn request are not woken", make<LostWaiters>},
    {"lost-turn", "nobody follows a withdrawn request through its gate", make<LostTurn>},
    {"narrow-barrier", "a sync waits only for the writes of its own descriptor",
     make<NarrowBarrier>},
    {"lost-place", "who comes later passes an unparked request", make<LostPlace>},
};

const Plant* find_plant(const std::string& name) {
    const Plant* end = kErrors + kPlants;
    const Plant* found =
        std::find_if(kErrors, end, [&](const Plant& plant) { return name == plant.name; });
    return found != end ? found : nullptr;
}

}  // namespace uaio::test
