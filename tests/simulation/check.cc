// What must hold in the end, whatever the schedule.
#include "tests/simulation/program.h"

#include <algorithm>

#include "tests/simulation/engine_state.h"
#include "tests/simulation/world.h"

namespace uaio::sim {
namespace {

// One call had returned before the other was made, or stands before it in a list.
bool precedes(const Call& one, const Call& other) {
    if (one.list != nullptr && one.list == other.list) {
        return one.number < other.number;
    }
    return one.returned != 0 && one.returned < other.called;
}

bool overlap(const Call& one, const Call& other) {
    return one.offset < other.offset + static_cast<int64_t>(other.bytes) &&
           other.offset < one.offset + static_cast<int64_t>(one.bytes);
}

bool conflict(const Call& one, const Call& other) {
    if (one.fd != other.fd || one.file != other.file || is_sync(one.kind) || is_sync(other.kind)) {
        return false;
    }
    if (program.is_strict) {
        return !one.file->stream;
    }
    if (one.file->stream) {
        return one.kind == other.kind;
    }
    if (one.append || other.append) {  // where an append ends up, nobody knows beforehand
        return one.kind == Kind::kWrite && other.kind == Kind::kWrite;
    }
    return overlap(one, other) && (one.kind == Kind::kWrite || other.kind == Kind::kWrite);
}

void check_order(const Call& one, const Call& other) {
    if (one.run == nullptr || other.run == nullptr || !precedes(one, other)) {
        return;
    }
    bool ordered = conflict(one, other) && one.reqprio <= other.reqprio;
    bool barred = one.kind == Kind::kWrite && is_sync(other.kind) && one.file == other.file &&
                  !one.file->stream;
    if ((ordered || barred) && one.run->ended > other.run->began) {
        world.fail("request %d ran before request %d, which was submitted earlier", other.number,
                   one.number);
    }
}

void check_calls() {
    for (const Call& call : program.calls) {
        if (!call.refused && call.published != 1) {
            fail(call, "never published");
        }
        if (call.not_cancelled && call.status == ECANCELED) {
            fail(call, "cancelled, though aio_cancel had said that it runs");
        }
        for (const Call& other : program.calls) {
            check_order(call, other);
        }
    }
    for (const Client& client : program.clients) {
        for (const Slot& slot : slots_of(client)) {
            if (!is_scribbled(slot)) {
                world.fail("a control block was touched after its owner had it back");
            }
        }
    }
}

void check_notices() {
    uint64_t missing = 0;
    uint64_t made = 0;
    auto look = [&](const Target& target) {
        missing += target.expects && target.rung == 0;
        made += static_cast<uint64_t>(target.rung);
    };
    std::ranges::for_each(program.calls, look);
    std::ranges::for_each(program.lists, look);
    Balance balance = engine_balance();
    if (missing != balance.notices_lost || made != balance.notices_made) {
        world.fail("%d notifications made and %d missing, but %d and %d counted",
                   static_cast<int>(made), static_cast<int>(missing),
                   static_cast<int>(balance.notices_made), static_cast<int>(balance.notices_lost));
    }
    auto accepted = static_cast<uint64_t>(std::ranges::count(program.calls, false, &Call::refused));
    if (balance.submitted != accepted || balance.performed + balance.cancelled != accepted) {
        world.fail("%d accepted, but %d submitted, %d performed, %d cancelled",
                   static_cast<int>(accepted), static_cast<int>(balance.submitted),
                   static_cast<int>(balance.performed), static_cast<int>(balance.cancelled));
    }
}

void check_engine() {
    std::vector<const void*> owners;
    for (const Client& client : program.clients) {
        for (const Slot& slot : slots_of(client)) {
            owners.push_back(&slot.block);
        }
    }
    std::string left =
        what_is_left(program.descriptors, owners, static_cast<uint32_t>(program.calls.size()));
    if (!left.empty()) {
        world.fail("left in the engine: %s", left.c_str());
    }
}

}  // namespace

void check_all() {
    check_calls();
    check_notices();
    check_engine();
}

}  // namespace uaio::sim
