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

inline constexpr int kGates = 3;

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

    std::atomic<uint32_t> express_pause;   // reads that will not try the express lane
    std::atomic<uint32_t> express_misses;  // on end, as far as it matters  (express.h)
};

// The lane's place for a parked request of that kind.
inline Direction direction_of(Kind kind) {
    return kind == Kind::kRead ? Direction::kIn : Direction::kOut;
}

}  // namespace uaio
