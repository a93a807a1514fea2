#include "aio/express.h"

#include <errno.h>

#include "aio/counters.h"
#include "aio/platform/io_ops.h"

namespace uaio {
namespace {

// After so many on end one in 128 is tried.
constexpr uint32_t kMissesMax = 7;

// Transfers of a descriptor after EOPNOTSUPP or EPERM until it is tried again.
constexpr uint32_t kUnsupportedPause = 65'536;

bool is_write(Kind kind) {
    return kind == Kind::kWrite;
}

ssize_t transfer_now(const Operation& operation) {
    Pieces pieces(operation);
    return operation.kind == Kind::kRead
               ? io_read_now(operation.fd, pieces.first, pieces.count, operation.offset)
               : io_write_now(operation.fd, pieces.first, pieces.count, operation.offset,
                              operation.bytes);
}

// A write that has to be on the device when it is done waits for that; where an append goes nobody
// knows, should only a part of it be taken.
bool may_write(const Descriptor& descriptor) {
    return !descriptor.append && !descriptor.durable;
}

}  // namespace

void Express::configure(const Options& options) {
    bytes_max_ = options.express;
    strict_ = options.order == Order::kStrict;
}

bool Express::takes(const Operation& operation) const {
    const Descriptor& descriptor = operation.descriptor;
    bool kind =
        operation.kind == Kind::kRead || (operation.kind == Kind::kWrite && may_write(descriptor));
    return kind && operation.bytes - 1 < bytes_max_ &&  // nor nothing
           !descriptor.direct && descriptor.flags == 0 && operation.offset >= 0 &&
           (!descriptor.file_known || descriptor.file);
}

bool Express::may_try(Lane& lane, Kind kind) const {
    return is_first(lane, kind) && !unknown_.load(std::memory_order_relaxed) &&
           !is_paused(lane.express[is_write(kind)]);
}

bool Express::is_first(const Lane& lane, Kind kind) const {
    // Acquire pairs with the releases of those that took the last one out: its bytes are there.
    bool any = strict_ || is_write(kind);
    const std::atomic<uint32_t>& before = any ? lane.posted : lane.writes_posted;
    return before.load(std::memory_order_acquire) == 0;
}

// Relaxed, here and below: how often is tried is a matter of cost alone.
bool Express::is_paused(Pace& pace) {
    uint32_t pause = pace.pause.load(std::memory_order_relaxed);
    if (pause > 0) {
        pace.pause.store(pause - 1, std::memory_order_relaxed);
    }
    return pause > 0;
}

size_t Express::transfer(const Operation& operation, Lane& lane) {
    int saved = errno;
    ssize_t result = transfer_now(operation);
    int error = result < 0 ? errno : 0;
    errno = saved;
    Pace& pace = lane.express[is_write(operation.kind)];
    if (result == static_cast<ssize_t>(operation.bytes)) {
        pace.misses.store(0, std::memory_order_relaxed);
        count(Counter::kExpressHits);
        return operation.bytes;
    }
    count(Counter::kExpressMisses);
    if (error == ENOSYS) {
        unknown_.store(true, std::memory_order_relaxed);
    } else if (error == EOPNOTSUPP || error == EPERM) {
        pace.pause.store(kUnsupportedPause, std::memory_order_relaxed);
    } else {
        slow_down(pace);
    }
    return result > 0 ? static_cast<size_t>(result) : 0;
}

void Express::slow_down(Pace& pace) {
    uint32_t misses = pace.misses.load(std::memory_order_relaxed);
    pace.pause.store((1u << misses) - 1, std::memory_order_relaxed);
    pace.misses.store(misses < kMissesMax ? misses + 1 : misses, std::memory_order_relaxed);
}

}  // namespace uaio
