#include "tests/simulation/engine_state.h"

#include "aio/counters.h"
#include "aio/engine.h"
#include "signals/call.h"
#include "tests/simulation/world.h"

namespace uaio::sim {

void clear_descriptor(int fd) {
    engine.clear_descriptor(fd);
}

const Running*& state_of_thread() {
    return run_here;
}

Balance engine_balance() {
    auto sum = [](Counter counter) { return counters().sum(counter); };
    return {sum(Counter::kSubmittedReads) + sum(Counter::kSubmittedWrites) +
                sum(Counter::kSubmittedSyncs),
            sum(Counter::kPerformedReads) + sum(Counter::kPerformedWrites) +
                sum(Counter::kPerformedSyncs),
            sum(Counter::kCancelled), sum(Counter::kNoticesDelivered),
            sum(Counter::kNoticesFailed)};
}

void check_balance(uint64_t accepted) {
    Balance balance = engine_balance();
    if (balance.submitted != accepted || balance.performed + balance.cancelled != accepted) {
        world.fail("%d accepted, but %d submitted, %d performed, %d cancelled",
                   static_cast<int>(accepted), static_cast<int>(balance.submitted),
                   static_cast<int>(balance.performed), static_cast<int>(balance.cancelled));
    }
}

std::string what_is_left(const std::vector<int>& descriptors,
                         const std::vector<const void*>& owners, uint32_t most) {
    std::string left;
    for (int fd : descriptors) {
        if (engine.has_requests(fd)) {
            left += " descriptor " + std::to_string(fd) + " has requests;";
        }
    }
    for (uint32_t number = 0; number < most; ++number) {
        for (const void* owner : owners) {
            if (engine.serves(number, owner)) {
                left += " slot " + std::to_string(number) + ";";
            }
        }
    }
    if (calls_taken() != 0) {
        left += " " + std::to_string(calls_taken()) + " callbacks;";
    }
    return left;
}

}  // namespace uaio::sim
