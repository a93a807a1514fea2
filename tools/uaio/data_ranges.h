// The parts of a file that hold data, in order: what lies between them is holes, which read as
// zeros and take no space.
//
//     DataRanges ranges(fd, size);
//     for (Range range; ranges.next(range);) …       // range.begin <= … < range.end
//
// Found with lseek (SEEK_DATA, SEEK_HOLE) while one asks. Where the system or the file system knows
// nothing of holes, the whole file is one range.
#pragma once

#include <sys/types.h>

namespace uaio::tools {

// Ranges begin and end at multiples of this, or at the end of the file: no hole is smaller, and
// no O_DIRECT wants more.
inline constexpr off_t kRangeAlignment = 4096;

struct Range {
    off_t begin = 0;
    off_t end = 0;
};

class DataRanges {
  public:
    // Of the first `size` bytes of `fd`, which is used by nobody else that cares for its offset.
    DataRanges(int fd, off_t size) : fd_(fd), size_(size) {}

    // The next range, never empty, to `range`; false, and nothing, where there is no further one.
    // 0, or the errno value of an lseek that failed otherwise than for want of holes, is in
    // error().
    bool next(Range& range);
    int error() const { return error_; }

  private:
    int fd_;
    off_t size_;
    off_t position_ = 0;
    int error_ = 0;
};

}  // namespace uaio::tools
