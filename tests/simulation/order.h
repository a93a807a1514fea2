// Ordered: what is known of a request as far as the order of requests is concerned, whichever door
// it came through; and the order that must have been kept.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "aio/operation.h"
#include "tests/simulation/disk.h"

namespace uaio::sim {

struct Ordered {
    int number = 0;
    Kind kind = Kind::kRead;
    int fd = -1;
    int64_t offset = 0;
    size_t bytes = 0;
    int reqprio = 0;  // the higher, the later
    bool append = false;
    bool torn = false;  // the descriptor was opened anew, not as before, between two looks at it
    const void* chain = nullptr;  // those of one chain were submitted by one call, in order
    const File* file = nullptr;   // what the descriptor stood for

    uint64_t called = 0;    // when the call that submitted it was made,
    uint64_t returned = 0;  // and when it had returned; 0: it has not yet
    Run* run = nullptr;     // what did its work
};

// The descriptor was looked at: first how it was opened, and later what it stands for.
void note_opening(Ordered& request, bool append);
void note_file(Ordered& request, const File& file, bool append);

// Fails if `other`, which was submitted after `one`, ran before it though that can be told.
// `strict`: nothing of a descriptor runs in parallel.
void check_order(const Ordered& one, const Ordered& other, bool strict);

}  // namespace uaio::sim
