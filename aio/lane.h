// Lane: the requests of one descriptor, and what may run of them now.
//
// There is one lane for each descriptor number that was ever used; it is empty most of the time. A
// lane does not know the rules by which its requests wait for each other: a policy (policy.h)
// answers for each request which gate it goes through and with which byte ranges it conflicts.
//
// Requests for another file, which the number stands for after a close and a reopen, use the same
// lane: they may be ordered after requests for the old file, which does no harm.
#pragma once

#include "aio/gate.h"
#include "aio/range_index.h"
#include "aio/readiness.h"
#include "aio/request.h"
#include "threadpool/base/list.h"

namespace uaio {

inline constexpr int kGates = 4;

// How often the transfers of a descriptor try the express lane (express.h).
struct Pace {
    std::atomic<uint32_t> pause;   // so many will not
    std::atomic<uint32_t> misses;  // on end, as far as it matters
};

struct Lane {
    List<Request, LaneTag> requests;  // admitted and not yet gone, in order of admission
    RangeIndex reads;
    RangeIndex writes;
    Gate gates[kGates];
    Request* parked[kDirections];  // by Direction; a stream serves one at a time in each

    uint32_t unpublished;  // withdrawn by a canceller that has not published all of them yet

    // Posted and not yet gone. Raised by submitters before a request is in the inbox, so that who
    // finds 0 knows that the descriptor has no requests but those that are being submitted right
    // now.
    std::atomic<uint32_t> posted;
    std::atomic<uint32_t> writes_posted;  // those of them that are writes

    // By gate: a positioned request or a sync is being run, and no other may pass meanwhile. Who
    // runs it looks at the inbox when it is done, so a request that would have to wait behind it
    // needs nobody to be woken (Engine::post()).
    std::atomic<bool> runs_alone[kGates];

    Pace express[2];  // of reads, of writes
};

static_assert(sizeof(void*) != 8 || sizeof(Lane) == 168, "docs/architecture.md has it");

// Where the request waits for its turn, or through which it has passed.
inline Gate& gate_of(const Request& request) {
    return request.lane->gates[request.gate];
}

// A request of that kind is posted. Relaxed: a thread that closes the descriptor or reads from it
// afterwards has been told so by the one that posts.
inline void count_in(Lane& lane, Kind kind) {
    lane.posted.fetch_add(1, std::memory_order_relaxed);
    if (kind == Kind::kWrite) {
        lane.writes_posted.fetch_add(1, std::memory_order_relaxed);
    }
}

// So many requests are gone, writes among them. Release pairs with Engine::has_requests() and
// Express: what they did is visible.
inline void count_out(Lane& lane, uint32_t requests, uint32_t writes) {
    if (writes > 0) {
        lane.writes_posted.fetch_sub(writes, std::memory_order_release);
    }
    lane.posted.fetch_sub(requests, std::memory_order_release);
}

// The lane's place for a parked request of that kind.
inline Direction direction_of(Kind kind) {
    return kind == Kind::kRead ? Direction::kIn : Direction::kOut;
}

}  // namespace uaio
