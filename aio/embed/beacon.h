// Beacon: a descriptor that is readable while it is lit.
//
// Its descriptors are ours, but a program may close every number that it finds. So what the numbers
// stand for is looked at before each use, and what is not ours is left alone: the beacon is dark
// then for good. Used by one thread at a time. All keep errno.
#pragma once

#include <stdint.h>

namespace uaio {

class Beacon {
  public:
    bool is_open() const { return reader_ >= 0; }

    // Dark at first. Closed by exec. Returns 0 or an errno value (EMFILE, ENFILE, ENOMEM).
    int open();

    // What becomes readable; -1 if it is not open.
    int descriptor() const { return reader_; }

    // Neither waits.
    void light();
    void put_out();

    // In a forked child, the parent's stays as it is.
    void close();

  private:
    bool is_ours() const;

    int reader_ = -1;
    int writer_ = -1;  // perhaps the same
    uint64_t device_ = 0;  // the system's types for these vary with _FILE_OFFSET_BITS
    uint64_t inode_ = 0;
};

}  // namespace uaio
