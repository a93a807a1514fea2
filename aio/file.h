// File: the writes and barred syncs of one file, by device and inode. See file_table.h.
#pragma once

#include "aio/descriptor.h"
#include "threadpool/base/list.h"
#include "threadpool/base/slab.h"

namespace uaio {

struct Request;
struct AgeTag {};
struct WaitTag {};

struct File : SlabRecord {
    Identity identity;
    List<Request, AgeTag> writes;  // in flight, oldest first
    List<Request, WaitTag> syncs;  // barred, oldest first
    File* next;                    // in its bucket, or in the list of those that are not used
};

}  // namespace uaio
