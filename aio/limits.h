// Every number of the engine, with its reason.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace uaio {

// Queue order: the scheduling priority of the submitter (0 to 99 on Linux) minus aio_reqprio (0 to
// AIO_PRIO_DELTA_MAX, 20 there) lies between these.
inline constexpr int kPriorityMin = -20;
inline constexpr int kPriorityMax = 99;
inline constexpr int kPriorityDeltaMax = 20;

// Threads of the pool. 32 reach the rate of io_uring on one O_DIRECT file; twice as many let a
// second descriptor run beside a first one that uses its whole share.
inline constexpr unsigned kWorkersDefault = 64;
inline constexpr unsigned kWorkersMax = 4096;

// A trace holds so much and then no more: 1.6 million steps, which is 230,000 requests that go
// through the queue.
inline constexpr size_t kTraceBytes = size_t{64} << 20;

// Requests of one descriptor that may run or be ready at one time: half of the default pool, so
// that one descriptor on a dead file server leaves workers for the others.
inline constexpr uint8_t kLaneFanOut = 32;

// The largest read that a submitter makes itself where the bytes are in the cache: the
// submitter copies them itself.
inline constexpr size_t kExpressBytesDefault = 65'536;
inline constexpr size_t kExpressBytesMax = size_t{1} << 30;

// A worker without work stays this long: glibc's default, and aio_idle_time counts in seconds.
inline constexpr int kIdleMsDefault = 1000;
inline constexpr int kIdleMsMax = 24 * 60 * 60 * 1000;

// Callbacks that may block at the same time before further ones have to wait.
inline constexpr unsigned kNotifiersMax = 1024;
inline constexpr int kNotifierIdleMs = 1000;

// The poller stays this long when no stream waits. It also looks this often whether it should.
inline constexpr int kPollerIdleMs = 1000;

// Parked requests whose descriptor is looked at again in one hold of the lock (a microsecond each),
// and in one second.
inline constexpr size_t kRecheckBatch = 16;
inline constexpr size_t kRecheckMax = 1024;

// Streams that become ready at one time and are handed to the workers in one go: 1 KiB of stack.
inline constexpr int kReadinessEvents = 64;

// Requests that one system call serves at most: their statuses are published in one go, and they
// leave the schedule in one hold of the lock. 1 KiB of stack for the pieces of a transfer.
inline constexpr size_t kTogether = 64;

// Bytes that one system call moves for several transfers at most: more brings nothing
// (docs/performance.md), and who waits for the first of them waits for all.
inline constexpr size_t kTogetherBytes = 65'536;

// Files with writes in flight are found by hash; 64 KiB of pointers keep chains short (6 entries)
// with 50,000 files.
inline constexpr size_t kFileBuckets = 8192;

// aio_cancel(fd, NULL) withdraws so many requests before it lets the workers take the lock again.
inline constexpr size_t kWithdrawBatch = 256;

}  // namespace uaio
