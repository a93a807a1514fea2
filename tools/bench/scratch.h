// Scratch: the file that operations work on.
//
// It has no name: it is gone with the last process that has it open, however that ends, so nothing
// needs cleaning up. More descriptions of it are opened through /proc.
#pragma once

#include <string>
#include <vector>

#include "tools/bench/workload.h"
#include "tools/uaio/files.h"

namespace uaio::bench {

class Scratch {
  public:
    // Writes `blocks` labelled blocks (block.h) into a new file in `directory` and waits until the
    // device has them. Throws Failure.
    Scratch(const std::string& directory, size_t blocks);

    size_t blocks() const { return blocks_; }

    // How many blocks, from the first, a workload uses: all, or those that are kept in the cache.
    size_t blocks_for(Cache cache) const;

    // As many operations as a workload may make: a cold file is new only once.
    size_t operations_max(Cache cache) const;

    // Whether the file system has O_DIRECT.
    bool has_direct() const;

    // Opens `count` descriptions for a workload, after bringing the file into the state that the
    // workload wants: read, or forgotten; and nothing left to write back.
    std::vector<tools::OwnedFd> open_for(Cache cache, unsigned count) const;

  private:
    int open_again(int flags) const;
    void fill() const;
    void warm() const;
    void forget() const;

    size_t blocks_;
    tools::OwnedFd fd_;
};

// Makes sure that this process may have so many descriptors open besides a few of its own. Throws
// Failure where the limit is below.
void allow_descriptors(unsigned count);

}  // namespace uaio::bench
