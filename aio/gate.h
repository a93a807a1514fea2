// Gate: lets a limited number of requests of a lane be ready or running at one time.
//
// Requests that do not get through wait in a heap and follow in queue order. At a gate for one, a
// newcomer that comes earlier in queue order changes places with the one that got through, as long
// as that one has never been taken: so such a gate is in strict queue order. A wider gate only
// spreads workers over lanes, and its order is that of arrival among those that got through.
//
// Pure; guarded by the owner of the schedule. A zeroed gate is empty.
#pragma once

#include <stdint.h>

#include "aio/order_heap.h"
#include "aio/wave.h"

namespace uaio {

struct Gate {
    uint32_t inside;                      // ready, parked or running
    Request* solo;                        // at a gate for one: the request inside, null if none
    OrderHeap<Request, WaitTag> outside;  // in state kHeld
};

// What enter() or leave() asks of the schedule.
struct GateMove {
    Request* let_in;      // becomes ready; null if nobody
    Request* turned_out;  // was ready, leaves the ready queue, and waits again: hold(); or null
};

// `request` (its order and gate_limit set) arrives at `gate`. All that meet at one gate have the
// same limit.
GateMove enter(Gate& gate, Request& request);

// `request` was turned out and has left the ready queue.
void hold(Gate& gate, Request& request);

// `request`, which had been let in, is gone.
GateMove leave(Gate& gate, Request& request);

// `request` is in state kHeld and goes away.
void give_up(Gate& gate, Request& request);

}  // namespace uaio
