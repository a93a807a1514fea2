#include "tools/uaio/data_ranges.h"

#include <errno.h>
#include <unistd.h>

#include <algorithm>

namespace uaio::tools {
namespace {

// Unused where there is no SEEK_HOLE.
[[maybe_unused]] off_t round_down(off_t offset) {
    return offset - offset % kRangeAlignment;
}

// Rounded without an overflow at the largest offset.
[[maybe_unused]] off_t round_up(off_t offset, off_t size) {
    off_t down = round_down(offset);
    if (down == offset) return offset;
    return size - down <= kRangeAlignment ? size : down + kRangeAlignment;
}

}  // namespace

bool DataRanges::next(Range& range) {
    if (position_ >= size_) return false;
    Range found{position_, size_};
#if defined(SEEK_DATA) && defined(SEEK_HOLE)
    off_t data = lseek(fd_, position_, SEEK_DATA);
    if (data < 0 && errno == ENXIO) {
        position_ = size_;
        return false;
    }
    // EINVAL, EOPNOTSUPP: no file system that knows of holes.
    if (data < 0 && errno != EINVAL && errno != EOPNOTSUPP) {
        error_ = errno;
        return false;
    }
    if (data >= size_) {
        position_ = size_;
        return false;
    }
    if (data >= 0) {
        off_t hole = lseek(fd_, data, SEEK_HOLE);
        found.begin = std::max(position_, round_down(data));
        found.end = hole < 0 || hole >= size_ ? size_ : round_up(hole, size_);
    }
#endif
    range = found;
    position_ = range.end;
    return true;
}

}  // namespace uaio::tools
