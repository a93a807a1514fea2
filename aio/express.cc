#include "aio/express.h"

#include <errno.h>

#include "aio/counters.h"
#include "aio/platform/io_ops.h"

namespace uaio {
namespace {

// After so many on end one read in 128 is tried.
constexpr uint32_t kMissesMax = 7;

// Reads of a descriptor after EOPNOTSUPP or EPERM until it is tried again.
constexpr uint32_t kUnsupportedPause = 65'536;

ssize_t read_now(const Operation& operation) {
    if (operation.pieces == 0) {
        return io_read_now(operation.fd, operation.buffer, operation.bytes, operation.offset);
    }
    return io_readv_now(operation.fd, static_cast<const iovec*>(operation.buffer), operation.pieces,
                        operation.offset);
}

}  // namespace

void Express::configure(const Options& options) {
    bytes_max_ = options.express;
    strict_ = options.order == Order::kStrict;
}

bool Express::takes(const Operation& operation) const {
    return operation.kind == Kind::kRead && operation.bytes - 1 < bytes_max_ &&  // nor nothing
           !operation.descriptor.direct && operation.descriptor.flags == 0 &&
           operation.offset >= 0 &&
           (!operation.descriptor.file_known || operation.descriptor.seekable);
}

bool Express::may_try(Lane& lane) const {
    return is_first(lane) && !unknown_.load(std::memory_order_relaxed) && !is_paused(lane);
}

bool Express::is_first(const Lane& lane) const {
    // Acquire pairs with the releases of those that took the last one out: its bytes are there.
    const std::atomic<uint32_t>& before = strict_ ? lane.posted : lane.writes_posted;
    return before.load(std::memory_order_acquire) == 0;
}

// Relaxed, here and below: how often is tried is a matter of cost alone.
bool Express::is_paused(Lane& lane) {
    uint32_t pause = lane.express_pause.load(std::memory_order_relaxed);
    if (pause > 0) {
        lane.express_pause.store(pause - 1, std::memory_order_relaxed);
    }
    return pause > 0;
}

bool Express::read(const Operation& operation, Lane& lane) {
    int saved = errno;
    ssize_t result = read_now(operation);
    int error = result < 0 ? errno : 0;
    errno = saved;
    if (result == static_cast<ssize_t>(operation.bytes)) {
        lane.express_misses.store(0, std::memory_order_relaxed);
        count(Counter::kExpressHits);
        return true;
    }
    count(Counter::kExpressMisses);
    uint32_t misses = lane.express_misses.load(std::memory_order_relaxed);
    if (error == ENOSYS) {
        unknown_.store(true, std::memory_order_relaxed);
    } else if (error == EOPNOTSUPP || error == EPERM) {
        lane.express_pause.store(kUnsupportedPause, std::memory_order_relaxed);
    } else {
        lane.express_pause.store((1u << misses) - 1, std::memory_order_relaxed);
        lane.express_misses.store(misses < kMissesMax ? misses + 1 : misses,
                                  std::memory_order_relaxed);
    }
    return false;
}

}  // namespace uaio
