// Requests made by hand: what a door and the desk would bring, for tests of the rooms behind them.
//
//     Lane lane = {};
//     Request write = {};
//     make_request(write, lane, writing(file(7), 100, 10));   // state kPosted
//     write.wave = &waves.fresh();
//
// A record may be made again once it has left the schedule; as in the engine, only what the desk
// and the door set is set anew.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <deque>

#include "aio/descriptor.h"
#include "aio/lane.h"
#include "aio/operation.h"
#include "aio/request.h"

namespace uaio::test {

// So long that no request of a test reaches the end unless the test says otherwise.
inline constexpr int64_t kLongFile = 1'000'000;

inline Descriptor file(uint64_t inode, int64_t size = kLongFile) {
    return {.readable = true,
            .writable = true,
            .append = false,
            .nonblocking = false,
            .direct = false,
            .seekable = true,
            .file = true,
            .file_known = true,
            .size = size,
            .identity = {.inode = inode, .device = 1}};
}

inline Descriptor direct_file(uint64_t inode, int64_t size = kLongFile) {
    Descriptor descriptor = file(inode, size);
    descriptor.direct = true;
    return descriptor;
}

inline Descriptor append_file(uint64_t inode, int64_t size = kLongFile) {
    Descriptor descriptor = file(inode, size);
    descriptor.append = true;
    return descriptor;
}

inline Descriptor stream(uint64_t inode) {
    Descriptor descriptor = file(inode, 0);
    descriptor.seekable = descriptor.file = false;
    return descriptor;
}

// A file, for transfers at the descriptor's own position.
inline Descriptor own_position(uint64_t inode) {
    Descriptor descriptor = file(inode);
    descriptor.seekable = false;
    return descriptor;
}

inline Operation operation_of(Kind kind, const Descriptor& descriptor, int64_t offset, size_t bytes,
                              int priority) {
    return {.kind = kind,
            .priority = static_cast<int8_t>(priority),
            .fd = -1,
            .buffer = nullptr,
            .bytes = bytes,
            .offset = offset,
            .descriptor = descriptor};
}

inline Operation reading(const Descriptor& descriptor, int64_t offset, size_t bytes,
                         int priority = 0) {
    return operation_of(Kind::kRead, descriptor, offset, bytes, priority);
}

inline Operation writing(const Descriptor& descriptor, int64_t offset, size_t bytes,
                         int priority = 0) {
    return operation_of(Kind::kWrite, descriptor, offset, bytes, priority);
}

inline Operation syncing(const Descriptor& descriptor, int priority = 0,
                         Kind kind = Kind::kFileSync) {
    return operation_of(kind, descriptor, 0, 0, priority);
}

// The records that writes bring.
class Waves {
  public:
    Wave& fresh() { return waves_.emplace_back(); }
    size_t size() const { return waves_.size(); }

  private:
    std::deque<Wave> waves_;
};

inline void make_request(Request& request, Lane& lane, const Operation& operation) {
    request.operation = operation;
    request.lane = &lane;
    request.state = State::kPosted;
}

inline State state_of(const Request& request) {
    return request.state;
}

}  // namespace uaio::test
