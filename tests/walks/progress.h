// Progress: how far a search has come, and the file that keeps it from one run to the next.
//
// The file has two lines, `seed N` and `next N`. It is replaced in one step, so a search that is
// killed leaves the former one.
#pragma once

#include <stdint.h>

#include <optional>
#include <string>

namespace uaio::test {

struct Progress {
    uint64_t seed;
    uint64_t next;  // number of the first walk that has not been made

    bool operator==(const Progress&) const = default;
};

// Nothing if there is no such file. Throws std::runtime_error if it cannot be read or says anything
// else.
std::optional<Progress> load_progress(const std::string& path);

// Throws std::runtime_error.
void save_progress(const std::string& path, const Progress& progress);

}  // namespace uaio::test
