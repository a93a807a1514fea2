// Wave: writes of one file, and the syncs that are barred behind them. See file_table.h.
#pragma once

#include <stdint.h>

#include "aio/descriptor.h"
#include "threadpool/base/list.h"
#include "threadpool/base/slab.h"

namespace uaio {

struct Request;
struct WaitTag {};

struct Wave : SlabRecord {
    uint32_t writes;               // in flight
    List<Request, WaitTag> syncs;  // admitted after all of these and before any of the newer waves
    Wave* older;                   // of the same file
    Wave* newer;
    Wave* next;  // the newest of a file: in its bucket; or in the list of those that are not used
    Identity identity;
};

}  // namespace uaio
