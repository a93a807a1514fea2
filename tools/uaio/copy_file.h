// One file copied to a path: what is opened, refused, kept and removed around copy_data (copy.h).
//
//   - The source is a regular file, the destination too where it exists, and not the same file.
//   - A new destination gets the source's permissions (the nine bits of rwx, whatever the umask
//     says) before its data, so that the fsync that ends the copy is about both. One that existed
//     keeps its own, and is truncated only when all that can be tried beforehand has worked.
//   - If the copy fails, a new destination is removed. One that existed is left empty, because its
//     name and its rights are not ours to take, and a part must not pass for the whole.
#pragma once

#include <string>

#include "tools/uaio/copy.h"

namespace uaio::tools {

struct CopyFileSettings {
    CopySettings copy;
    bool direct = false;  // O_DIRECT for both files
};

// Throws a Failure: which file, which offset where there is one, and why. `begin` is told the size
// before the first transfer.
void copy_file(const std::string& source, const std::string& destination,
               const CopyFileSettings& settings, const CopyMeter& begin, const CopyMeter& meter);

// Where `source` goes if `destination` is what the user wrote: into it, if it is a directory.
std::string destination_of(const std::string& source, const std::string& destination);

bool is_directory(const std::string& path);

}  // namespace uaio::tools
