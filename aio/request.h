// Request: one operation on its way from a door to its owner; the record that every room works on.
//
// States, in order of life, and who changes them. From kPosted on, the engine's lock guards the
// record until the request is taken; then it belongs to the worker (or canceller) that took it.
//
//   kFilled     the desk has filled it in; belongs to the submitter
//   kPosted     in the inbox
//   kBarred     a sync that waits for the writes before it          (file_table.h)
//   kBlocked    waits for one request that it conflicts with        (lane.h)
//   kHeld       waits for its turn at a gate                        (gate.h)
//   kParked     was taken, but its stream had nothing for it: waits until it has  (readiness.h)
//   kReady      may run; in the ready queue
//   kRunning    taken; the worker performs it
//   kWithdrawn  taken out of the schedule before it ran
//   kPublishing its status is being stored
//   kPublished  the owner can see the final status; no room but the desk may use the owner any more
//
//   kFilled -> kPosted -> kBarred, kBlocked, kHeld, kReady in any order -> kRunning or kWithdrawn
//   -> kPublishing -> kPublished, with rounds of kRunning -> kParked -> kReady for streams. One
//   function per change (schedule.cc, engine.cc), each asserting where it starts.
#pragma once

#include <sys/types.h>

#include <atomic>

#include "aio/operation.h"
#include "aio/range_index.h"
#include "aio/wave.h"
#include "signals/notice.h"
#include "threadpool/base/list.h"
#include "threadpool/base/slab.h"

namespace uaio {

struct Lane;
struct Batch;

enum class State : uint8_t {
    kFilled,
    kPosted,
    kBarred,
    kBlocked,
    kHeld,
    kParked,
    kReady,
    kRunning,
    kWithdrawn,
    kPublishing,
    kPublished
};

// A door publishes a status to its own kind of owner (a struct aiocb, a ring, a handler). Called
// exactly once per request; makes `error` (0 or an errno value) visible last, with release, and
// does not touch `owner` after that. Must not block.
using Publish = void (*)(void* owner, ssize_t result, int error);

struct LaneTag {};

struct Request
    : SlabRecord,
      RangeNode,       // the lane's ranges
      Link<WaitTag>,   // where it waits, by its state: kBarred, kBlocked, kHeld, kParked, kReady
      Link<LaneTag> {  // all requests of its descriptor
    Operation operation;

    std::atomic<void*> owner;  // whose request it is; the door knows what that means. Null: free
    Publish publish;
    Notice notice;
    Batch* batch;  // null if it does not belong to a list

    std::atomic<State> state;  // atomic for aio_cancel, which asks while a worker publishes
    bool ranged;               // in the lane's range index
    bool gated;                // counts at its gate
    bool tried;                // was parked once: nobody takes its place at its gate
    bool unwanted;             // shall not wait for its stream any more
    uint8_t gate;              // of its lane: where it is kHeld, or through which it has passed
    uint8_t gate_limit;        // how many its gate lets in at one time, by the policy
    bool outlives_close;       // who closes its descriptor waits for it

    Lane* lane;
    Wave* wave;  // a write's or a barred sync's; until admission, what a write brings

    List<Request, WaitTag> waiters;  // those that are kBlocked on this one

    // Each in its own states only.
    union {
        Request* inbox_next;  // kFilled, kPosted, and when it was taken: the next one of a chain
        Request* blocker;     // kBlocked: whom it waits for
        Request* child;       // kHeld: in the gate's heap
    };
};
static_assert(sizeof(void*) != 8 || sizeof(Request) == 256, "four lines of the cache");

// Queue order in one number: priority first, then admission. Smaller runs first.
inline constexpr int kSequenceBits = 56;

inline uint64_t order_of(int level, uint64_t sequence) {
    return static_cast<uint64_t>(level + 1) << kSequenceBits | sequence;
}

inline int level_of(uint64_t order) {
    return static_cast<int>(order >> kSequenceBits) - 1;
}

// The number that its admission had.
inline uint64_t sequence_of(uint64_t order) {
    return order & ((uint64_t{1} << kSequenceBits) - 1);
}

// Who was taken comes before all that were not.
inline uint64_t order_once_taken(uint64_t order) {
    return sequence_of(order);
}

}  // namespace uaio
