// What must hold in the end, whatever the schedule.
#include "tests/simulation/program.h"

#include <algorithm>

#include "tests/simulation/engine_state.h"
#include "tests/simulation/world.h"

namespace uaio::sim {
namespace {

void check_calls() {
    for (const Call& call : program.calls) {
        if (!call.refused && call.published != 1) {
            fail(call, "never published");
        }
        if (call.not_cancelled && call.status == ECANCELED) {
            fail(call, "cancelled, though aio_cancel had said that it runs");
        }
        for (const Call& other : program.calls) {
            check_order(call, other, program.is_strict);
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
    check_balance(
        static_cast<uint64_t>(std::ranges::count(program.calls, false, &Call::refused)));
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
