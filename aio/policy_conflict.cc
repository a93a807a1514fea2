// As if serial. Two requests of a descriptor wait for each other only if somebody could tell:
//
//   - Streams (what cannot seek, and a file at the descriptor's own position) have two directions.
//     Each is served one request at a time, in order, and does not wait for the other.
//   - Positioned requests conflict if their bytes overlap and one of them writes. What a read sees
//     behind the end of the file (bytes, zeros or nothing) every write there decides, so such a
//     read has no end; nor has an append, which begins nobody knows where behind it. The file can
//     only have grown since its size was asked for, unless the program truncates it, which has no
//     order with requests in flight anyway.
//   - Buffered writes and appends go one at a time, in order: the kernel serialises them on the
//     inode, so parallel ones would only keep workers waiting there.
//   - Syncs have passed the barrier (file_table.h) and wait for nothing more, but go one at a time:
//     those that meet at their gate are served by one system call (Schedule::take_along()).
//   - Everything else fans out, up to a limit for one descriptor.
//
// Who goes alone never waits at a gate where others fan out: there may always be one of those
// inside. What goes alone may share one, where each has its turn in order: the writes of a stream
// and buffered ones of the same file do.
#include "aio/limits.h"
#include "aio/policy.h"
#include "aio/request.h"

namespace uaio {
namespace {

constexpr uint8_t kFanOutGate = 0;
constexpr uint8_t kWriteGate = 1;
constexpr uint8_t kSyncGate = 2;
constexpr uint8_t kStreamReadGate = 3;

Range bytes_of(const Operation& operation) {
    if (operation.offset < 0) {  // the system call will refuse it
        return kNoRange;
    }
    auto bytes = static_cast<int64_t>(operation.bytes);
    bool beyond = bytes > INT64_MAX - operation.offset;
    return {operation.offset, beyond ? INT64_MAX : operation.offset + bytes};
}

Range read_by(const Operation& operation) {
    int64_t size = operation.descriptor.size;
    Range range = bytes_of(operation);
    if (range.begin == range.end || range.end <= size) {
        return range;
    }
    return {range.begin < size ? range.begin : size, INT64_MAX};
}

Range written_by(const Operation& operation) {
    return operation.descriptor.append ? Range{operation.descriptor.size, INT64_MAX}
                                       : bytes_of(operation);
}

Placement place_stream(const Operation& operation) {
    bool read = operation.kind == Kind::kRead;
    return {read ? kStreamReadGate : kWriteGate, 1, false, kNoRange, kNoRange, kNoRange};
}

Placement place_write(const Operation& operation) {
    bool serial = operation.descriptor.append || !operation.descriptor.direct;
    Range range = written_by(operation);
    if (serial) {
        return {kWriteGate, 1, true, range, range, range};
    }
    return {kFanOutGate, kLaneFanOut, true, range, range, range};
}

}  // namespace

Placement place_by_conflict(const Request& request) {
    const Operation& operation = request.operation;
    if (is_sync(operation.kind)) {
        return {kSyncGate, 1, false, kNoRange, kNoRange, kNoRange};
    }
    if (!operation.descriptor.seekable) {
        return place_stream(operation);
    }
    if (operation.kind == Kind::kWrite) {
        return place_write(operation);
    }
    Range range = read_by(operation);
    return {kFanOutGate, kLaneFanOut, true, range, kNoRange, range};
}

}  // namespace uaio
