// LaneTable: the lane of every descriptor number.
//
// A tree of three levels indexed by the bits of the number, filled in as numbers are first used and
// not taken apart while there are requests, so a lane stays where it is and finding it is three
// loads. A lane's memory is touched only when its descriptor is used.
#pragma once

#include <stddef.h>

#include <atomic>

#include "aio/lane.h"

namespace uaio {

class LaneTable {
  public:
    // The lane of `fd` (not negative), made if need be; null if there is no memory. Lock-free and
    // async-signal-safe.
    Lane* reserve(int fd);

    // The lane of `fd`; null if the number was never used.
    Lane* find(int fd) const;

    // The least number, from `fd` on, that may have been used; -1 if there is none.
    int next_used(unsigned fd) const;

    // Empties all lanes and gives their memory back. Nobody uses them: in a forked child, or when
    // their engine ends.
    void reset();

  private:
    static constexpr size_t kRootBits = 11;  // 11 + 10 + 10 bits: every int that is not negative
    static constexpr size_t kBits = 10;
    static constexpr size_t kFanOut = size_t{1} << kBits;

    struct Leaf {
        Lane lanes[kFanOut];
    };
    struct Branch {
        std::atomic<Leaf*> leaves[kFanOut];
    };

    std::atomic<Branch*> branches_[size_t{1} << kRootBits] = {};
};

}  // namespace uaio
