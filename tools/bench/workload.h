// The table of workloads: what is measured, one row each.
//
// A closed loop keeps `depth` operations outstanding in each of `submitters` threads, spread over
// `descriptors` open descriptions of one file. Names say depth x descriptors, and "-by-8" for eight
// submitters. A parked workload submits `outstanding` reads of an empty pipe, through `descriptors`
// descriptors, and asks what one more operation costs then.
#pragma once

#include <stddef.h>

#include <span>

namespace uaio::bench {

enum class Group { kCached, kWriting, kDevice, kNotification, kOutstanding };

enum class Pattern {
    kRandomRead,
    kRandomWrite,
    kMixed,  // random; 7 of 10 are reads
    kSequentialRead,
    kSyncedWrite,  // random writes; every 8th operation is an fdatasync instead
};

enum class Cache {
    kWarm,    // the part that is used has been read before
    kCold,    // the system was asked to forget the file; as many blocks as are read can be new
    kDirect,  // O_DIRECT
};

// How the submitter learns of an end. Other than kWait is for the POSIX peers alone.
enum class Notice {
    kWait,      // SIGEV_NONE and aio_suspend; the peer's own way for others
    kSignal,    // SIGEV_SIGNAL, taken by sigwaitinfo
    kCallback,  // SIGEV_THREAD
    kList,      // lio_listio, LIO_WAIT, as many as `depth`
};

struct Workload {
    const char* name;
    Group group;
    Pattern pattern;
    Cache cache;
    unsigned depth;
    unsigned descriptors;
    unsigned submitters;
    Notice notice;
    size_t outstanding;  // not 0: a parked workload, for which of the above `descriptors` counts
    bool quick;          // part of --quick
};

std::span<const Workload> workloads();

// The heading of the group's table.
const char* title_of(Group group);

// Whether only the POSIX peers can do it.
bool needs_posix(const Workload& workload);

}  // namespace uaio::bench
