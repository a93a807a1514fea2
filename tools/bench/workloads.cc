#include "tools/bench/workload.h"

namespace uaio::bench {
namespace {

using enum Group;
using enum Pattern;
using enum Cache;
using enum Notice;

constexpr Workload kWorkloads[] = {
    {"cached-read-1x1", kCached, kRandomRead, kWarm, 1, 1, 1, kWait, 0, true},
    {"cached-read-32x1", kCached, kRandomRead, kWarm, 32, 1, 1, kWait, 0, true},
    {"cached-read-32x16", kCached, kRandomRead, kWarm, 32, 16, 1, kWait, 0, true},
    {"cached-read-256x64", kCached, kRandomRead, kWarm, 256, 64, 1, kWait, 0, true},
    {"cached-read-4096x1", kCached, kRandomRead, kWarm, 4096, 1, 1, kWait, 0, true},
    {"cached-read-4096x1024", kCached, kRandomRead, kWarm, 4096, 1024, 1, kWait, 0, true},
    {"cached-read-32x1-by-8", kCached, kRandomRead, kWarm, 32, 1, 8, kWait, 0, false},
    {"cached-read-32x16-by-8", kCached, kRandomRead, kWarm, 32, 16, 8, kWait, 0, false},
    {"cached-seq-read-32x1", kCached, kSequentialRead, kWarm, 32, 1, 1, kWait, 0, false},
    {"cached-mixed-32x1", kCached, kMixed, kWarm, 32, 1, 1, kWait, 0, false},
    {"cached-mixed-256x64", kCached, kMixed, kWarm, 256, 64, 1, kWait, 0, false},

    {"cached-write-1x1", kWriting, kRandomWrite, kWarm, 1, 1, 1, kWait, 0, false},
    {"cached-write-32x1", kWriting, kRandomWrite, kWarm, 32, 1, 1, kWait, 0, true},
    {"cached-write-32x16", kWriting, kRandomWrite, kWarm, 32, 16, 1, kWait, 0, false},
    {"cached-write-32x16-by-8", kWriting, kRandomWrite, kWarm, 32, 16, 8, kWait, 0, false},
    {"synced-write-1x1", kWriting, kSyncedWrite, kWarm, 1, 1, 1, kWait, 0, false},
    {"synced-write-32x1", kWriting, kSyncedWrite, kWarm, 32, 1, 1, kWait, 0, true},
    {"synced-write-32x16", kWriting, kSyncedWrite, kWarm, 32, 16, 1, kWait, 0, false},

    {"cold-read-1x1", kDevice, kRandomRead, kCold, 1, 1, 1, kWait, 0, false},
    {"cold-read-32x1", kDevice, kRandomRead, kCold, 32, 1, 1, kWait, 0, true},
    {"cold-read-256x64", kDevice, kRandomRead, kCold, 256, 64, 1, kWait, 0, false},
    {"cold-seq-read-8x1", kDevice, kSequentialRead, kCold, 8, 1, 1, kWait, 0, false},
    {"direct-read-1x1", kDevice, kRandomRead, kDirect, 1, 1, 1, kWait, 0, false},
    {"direct-read-32x1", kDevice, kRandomRead, kDirect, 32, 1, 1, kWait, 0, true},
    {"direct-read-32x16", kDevice, kRandomRead, kDirect, 32, 16, 1, kWait, 0, false},
    {"direct-read-32x16-by-8", kDevice, kRandomRead, kDirect, 32, 16, 8, kWait, 0, false},
    {"direct-write-32x1", kDevice, kRandomWrite, kDirect, 32, 1, 1, kWait, 0, true},
    {"direct-mixed-32x1", kDevice, kMixed, kDirect, 32, 1, 1, kWait, 0, false},
    {"direct-seq-read-32x1", kDevice, kSequentialRead, kDirect, 32, 1, 1, kWait, 0, false},

    {"signal-read-1x1", kNotification, kRandomRead, kWarm, 1, 1, 1, kSignal, 0, false},
    {"signal-read-32x1", kNotification, kRandomRead, kWarm, 32, 1, 1, kSignal, 0, false},
    {"callback-read-1x1", kNotification, kRandomRead, kWarm, 1, 1, 1, kCallback, 0, false},
    {"callback-read-32x1", kNotification, kRandomRead, kWarm, 32, 1, 1, kCallback, 0, true},
    {"list-read-32x1", kNotification, kRandomRead, kWarm, 32, 1, 1, kList, 0, true},
    {"list-read-32x16", kNotification, kRandomRead, kWarm, 32, 16, 1, kList, 0, false},

    {"parked-100", kOutstanding, kRandomRead, kWarm, 0, 1, 1, kWait, 100, true},
    {"parked-10000", kOutstanding, kRandomRead, kWarm, 0, 1, 1, kWait, 10000, true},
    {"parked-16000x16000", kOutstanding, kRandomRead, kWarm, 0, 16000, 1, kWait, 16000, false},
    {"parked-100000", kOutstanding, kRandomRead, kWarm, 0, 1, 1, kWait, 100000, false},
};

}  // namespace

std::span<const Workload> workloads() {
    return kWorkloads;
}

const char* title_of(Group group) {
    switch (group) {
        case kCached:
            return "Data in the cache";
        case kWriting:
            return "Writing through the cache";
        case kDevice:
            return "To and from the device";
        case kNotification:
            return "Notification and lists, data in the cache";
        case kOutstanding:
            return "Outstanding requests";
    }
    return "";
}

bool needs_posix(const Workload& workload) {
    return workload.outstanding > 0 || workload.notice != kWait;
}

}  // namespace uaio::bench
