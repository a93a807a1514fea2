// Driver: what one submitter thread needs of a peer, the same for all of them.
//
//     auto driver = maker(depth);
//     for (slot …) driver->submit(slot, operation);      // each in a slot of its own
//     Done done = driver->collect();                     // waits for the end of one
//     driver->submit(done.slot, next);                   // the slot is free again
//
// A driver belongs to one thread. It copies nothing: the operation's memory stays in use until the
// slot is collected. All slots must be collected before it is destroyed.
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include <functional>
#include <memory>

#include "tools/bench/operation.h"

namespace uaio::bench {

struct Done {
    size_t slot;
    ssize_t result;  // bytes, or a negated errno value
};

class Driver {
  public:
    virtual ~Driver() = default;

    // Starts `operation`. Throws Failure where the peer refuses it.
    virtual void submit(size_t slot, const Operation& operation) = 0;

    // Waits until at least one operation has ended and returns one that has. Only while operations
    // are outstanding.
    virtual Done collect() = 0;
};

// Makes the driver of one more submitter with `depth` slots; may be called from any thread.
using DriverMaker = std::function<std::unique_ptr<Driver>(size_t depth)>;

}  // namespace uaio::bench
