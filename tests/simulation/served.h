// Served: what was done for a request, for programs that find that out in the end.
#pragma once

#include <stdint.h>

#include "tests/simulation/order.h"

namespace uaio::sim {

struct Served : Ordered {
    char* buffer = nullptr;  // nobody else's transfer has it
    int64_t result = 0;      // or the negated errno value
    uint64_t seen = 0;       // when the program had that
};

// The schedule shows a bug, which concerns this request.
[[noreturn]] void fail(const Served& request, const char* what);

// What the running thread has done for requests is written down.
void note_runs();

// In the end: what did the work of the request, null if nothing did.
Run* run_of(const Served& request);

// In the end: fails if a system call went on later than that.
void check_runs_until(uint64_t moment);

// What the system call said, as `result` has it.
int64_t answer_of(const Run& run);

}  // namespace uaio::sim
