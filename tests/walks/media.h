// Media: the files and streams behind the descriptors of a walk, as plain bytes.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "tests/walks/reference.h"

namespace uaio::test {

// A file with a length, or the two ends of a stream, whose input is the numbers from 0 on.
struct Medium {
    std::string bytes;
    unsigned char input = 0;

    // The whole operation, or what is left of it after `moved` bytes.
    void transfer(const Operation& operation, std::string& buffer, size_t moved = 0);

    bool operator==(const Medium&) const = default;
};

// Which medium a descriptor stands for.
constexpr size_t medium_of(size_t lane) {
    return lane == 0 ? 0 : lane - 1;
}

inline constexpr size_t kStreamLane = 3;  // and those behind it

constexpr bool is_stream(size_t lane) {
    return lane >= kStreamLane;
}

// What moves at a file's own position has no order with what moves elsewhere in it. So to a walk
// that position is a medium of its own, a stream that has something at any time.
constexpr size_t position_of(size_t lane) {
    return medium_of(kWalkLanes - 1) + 1 + lane;
}

// In which an operation moves its bytes.
inline size_t medium_of(size_t lane, const Operation& operation) {
    bool own = !is_stream(lane) && !operation.descriptor.seekable;
    return own ? position_of(lane) : medium_of(lane);
}

inline constexpr size_t kMedia = position_of(kStreamLane - 1) + 1;
inline constexpr size_t kFileBytes = 8;  // at the start of a walk

using Media = std::array<Medium, kMedia>;

Media media_at_start();

// A request that was taken, or that might be taken next, for a serial execution.
struct Turn {
    int number;
    size_t lane;
    Operation operation;
    std::string bytes;
};

// Executes the turns one after another, and leaves in each what it read.
void execute(Media& media, std::vector<Turn>& turns);

}  // namespace uaio::test
