// What the checks need to know of the engine, for sources that do not include it.
#pragma once

#include <stdint.h>

#include <string>
#include <vector>

namespace uaio {
struct Running;
}

namespace uaio::sim {

// What the preload library does before it closes a descriptor.
void clear_descriptor(int fd);

// What the engine keeps for each thread, of the real one: all simulated threads take turns there.
const Running*& state_of_thread();

// Sums over the kinds, from the engine's counters.
struct Balance {
    uint64_t submitted;
    uint64_t performed;
    uint64_t cancelled;
    uint64_t notices_made;
    uint64_t notices_lost;
};

Balance engine_balance();

// Fails if the counters tell of another number of requests than were accepted.
void check_balance(uint64_t accepted);

// Requests, lanes and callbacks that have not been given back, in words; empty if there are none.
// `owners`: all control blocks; no request number can be above `most`.
std::string what_is_left(const std::vector<int>& descriptors,
                         const std::vector<const void*>& owners, uint32_t most);

}  // namespace uaio::sim
