// Stamps: what a cell of the file of acknowledged_writes_test.cc holds. A cell is full of one
// stamp, which says where it belongs and which write it was: a later write of a cell has a higher
// serial.
#pragma once

#include <stdint.h>
#include <unistd.h>

#include <array>
#include <string>

namespace uaio::test {

struct Stamp {
    uint64_t cell;
    uint64_t serial;  // 0: never written
};

inline constexpr size_t kCells = 256;
inline constexpr size_t kCellStamps = 32;
inline constexpr size_t kCellBytes = kCellStamps * sizeof(Stamp);  // never across a page

inline off_t offset_of(uint64_t cell) {
    return static_cast<off_t>(cell * kCellBytes);
}

inline std::string cell_full_of(const Stamp& stamp) {
    std::string bytes;
    for (size_t i = 0; i < kCellStamps; ++i) {
        bytes.append(reinterpret_cast<const char*>(&stamp), sizeof stamp);
    }
    return bytes;
}

// Whether the file has that write of the cell, or a later one; or a mixture of such, because a read
// may see half of a write that is under way.
inline bool holds(int fd, const Stamp& written) {
    std::array<Stamp, kCellStamps> stamps;
    if (pread(fd, stamps.data(), kCellBytes, offset_of(written.cell)) != kCellBytes) {
        return false;
    }
    for (const Stamp& stamp : stamps) {
        if (stamp.cell != written.cell || stamp.serial < written.serial) {
            return false;
        }
    }
    return true;
}

}  // namespace uaio::test
