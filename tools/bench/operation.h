// One operation of a closed loop, and the sequence of them, which is the same for every peer.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <random>

#include "tools/bench/block.h"
#include "tools/bench/workload.h"

namespace uaio::bench {

enum class Action { kRead, kWrite, kSync };  // kSync: fdatasync

struct Operation {
    Action action;
    int fd;
    off_t offset;  // of a whole block
    char* block;   // kBlockBytes of memory; labelled before a write
};

// What the operation returns when all is well.
inline ssize_t expected_result(const Operation& operation) {
    return operation.action == Action::kSync ? 0 : static_cast<ssize_t>(kBlockBytes);
}

// Actions and offsets within the first `blocks` blocks of the file, by the pattern and the seed.
class OperationStream {
  public:
    OperationStream(Pattern pattern, size_t blocks, uint64_t seed);

    // The next operation; descriptor and memory are the caller's to fill in.
    Operation next();

  private:
    size_t next_block();
    Action next_action();

    Pattern pattern_;
    size_t blocks_;
    std::mt19937_64 random_;
    size_t sequential_;
    uint64_t made_ = 0;
};

}  // namespace uaio::bench
