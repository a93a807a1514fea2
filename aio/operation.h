// Operation: what a door asks of the engine, in the engine's own terms.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "aio/descriptor.h"

namespace uaio {

enum class Kind : uint8_t {
    kRead,
    kWrite,
    kDataSync,  // fdatasync: the data, and what is needed to read it again
    kFileSync,  // fsync: the data and all attributes
};

inline bool is_sync(Kind kind) {
    return kind >= Kind::kDataSync;
}

struct Operation {
    Kind kind;
    int fd;
    int priority;  // kPriorityMin to kPriorityMax, higher is more urgent
    void* buffer;
    size_t bytes;
    int64_t offset;  // without meaning for streams, appends and syncs
    Descriptor descriptor;
};

}  // namespace uaio
