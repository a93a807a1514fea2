// The program with <uaio/engine.h>: what it does with an engine of its own, and what must hold
// whatever the schedule.
//
// A few clients submit operations, some with a `done`, cancel them, and wait for the others. The
// last one to have enough destroys the engine, whatever is on its way there. `done`s submit more,
// and go on while the engine is being destroyed. What is checked:
//
//   - each accepted operation ends exactly once, as a `done` or uaio_waitn() tells, or as the
//     destroyed engine has left it; with the result of the one system call that did its work, or a
//     cause for an error. A refused one has no end, no system call and a reason;
//   - an operation belongs to the program from its end on: it is overwritten, and stays so;
//   - who waits for operations that nobody else takes is woken; who says that his time is over is
//     right;
//   - what uaio_cancel says is so;
//   - conflicting operations run in the order in which they were submitted (order.h);
//   - nothing is made and nobody is told when uaio_engine_destroy() has returned, and no thread
//     touches the engine, whose memory is taken away; the threads end;
//   - the counters balance.
#pragma once

#include <uaio/engine.h>

#include <deque>
#include <vector>

#include "tests/simulation/served.h"

namespace uaio::sim::own {

constexpr int kFiles = 2;
constexpr int64_t kFileBytes = 12;
constexpr size_t kBytesMax = 8;
constexpr size_t kTogether = 3;  // operations of one uaio_submit
constexpr size_t kCallsMax = 40;

struct Call : Served {
    uaio_operation* operation = nullptr;
    char data[kBytesMax];
    bool told = false;  // by a `done`
    bool accepted = false;
    bool wished = false;     // it may have been cancelled, and nobody can tell
    bool withdrawn = false;  // uaio_cancel has said so
    int ends = 0;
};

// The operations that a call submits.
struct Submitting {
    std::vector<Call*> calls;
    size_t asked = 0;  // so many have been described
};

struct Program {
    uaio_engine* engine = nullptr;
    size_t clients_left = 0;
    size_t promised = 0;  // ends that clients wait for
    std::deque<Call> calls;
    std::vector<int> descriptors;
    bool is_strict = false;
    uint64_t dying_since = UINT64_MAX;
    uint64_t gone = UINT64_MAX;  // when the engine was
};

extern Program program;

// What must hold in the end (own_check.cc).
void check_all();

}  // namespace uaio::sim::own
