// The reference: what the schedule promises, worked out anew each time by looking at every pair of
// outstanding requests. Slow, without any memory, and written from the contracts in policy.h,
// gate.h and file_table.h rather than from the code.
//
//     Verdict verdict = verdict_on(requests, request, order);   // the state that is right for it
#pragma once

#include <string>
#include <vector>

#include "aio/request.h"
#include "tests/walks/walk.h"

namespace uaio::test {

// Where an outstanding request stands, as far as who steps through the schedule can tell.
enum class Stage : uint8_t {
    kWaiting,  // admitted and not yet taken
    kRunning,
    kParked,
    kAgain  // was parked and is to be tried again
};

struct Outstanding {
    int number;  // in order of admission, from 1
    size_t lane;
    Operation operation;
    Stage stage;
    Request* record;

    std::string bytes;  // to be written; or that were read
    size_t moved;       // of a stream's write, before it was parked
    bool transferred;
    int ready_since;     // number of the step after which it was seen in kReady; 0: it is not
    bool along = false;  // taken by take_along(): it did not pass its gate
};

// In order of admission.
using Requests = std::vector<Outstanding>;

struct Verdict {
    State state;
    // A wide gate keeps no order among those that arrive while it is full, so only their number is
    // known: such a request may be kReady or kHeld, and `ready_of_gate` of them are kReady.
    bool either = false;
    size_t ready_of_gate = 0;
};

// Once it was taken a request runs for the others, parked or not.
inline bool was_taken(const Outstanding& request) {
    return request.stage != Stage::kWaiting;
}

// Queue order: priority, then admission.
bool comes_before(const Outstanding& one, const Outstanding& other);

// Whom the system call of a request that was taken may serve as well: null if nobody.
const Outstanding* goes_along(const Requests& requests, const Outstanding& taken, Order order);

Verdict verdict_on(const Requests& requests, const Outstanding& request, Order order);

// Those in kReady of the requests that wait at the same gate as `request`.
size_t ready_at_gate_of(const Requests& requests, const Outstanding& request, Order order);

}  // namespace uaio::test
