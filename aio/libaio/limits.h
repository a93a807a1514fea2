// Every number of the libaio door, with its reason.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace uaio {

// A client that asks for more gets EINVAL, as from the kernel (fs/aio.c: a ring of 256 MiB).
inline constexpr uint32_t kEventsMax = 0x10000000 / 32 / 2;

// As the kernel sizes a ring: room for at least so many events for each CPU, twice what was asked
// for and two more, up to the end of the page. Programs run into the end of a smaller one.
inline constexpr uint32_t kEventsPerCpu = 4;
inline constexpr uint32_t kEventsFactor = 2;
inline constexpr uint32_t kEventsSpare = 2;
inline constexpr size_t kRingPage = 4096;

// Contexts at one time. The kernel's default is 65,536 events for the whole system.
inline constexpr uint32_t kContextsMax = 65'536;

// Pieces of a transfer that needs no memory of its own for them.
inline constexpr uint64_t kPiecesNear = 4;

// Bytes that one transfer moves at most, by the kernel's own rule (MAX_RW_COUNT).
inline constexpr uint64_t kTransferMax = 0x7ffff000;

// A thread that finds another one at a ring looks again so often, and then naps so long, and so
// many times: what is done there takes far less, unless a signal handler has interrupted it.
inline constexpr int kLooks = 1'000;
inline constexpr int64_t kNapNs = 100'000;
inline constexpr int kNaps = 10;

// Who closes a context looks so often whether something that ran waits by now, and can be
// withdrawn.
inline constexpr int64_t kWithdrawAgainNs = 1'000'000;

// So often threads look up that sleep on an alarm, which the client may have closed; and those that
// have none although there is a signal mask for their sleep, for the signals they have missed.
inline constexpr int64_t kAlarmNapNs = 100'000'000;
inline constexpr int64_t kMaskNapNs = 20'000'000;

// The thread that polls stays so long when nothing is polled, and looks up as often. Without an
// alarm it looks for new ones so often.
inline constexpr int kPollIdleMs = 1'000;
inline constexpr int kPollNapMs = 10;

// Where the polls of a descriptor are found by its number: thousands of descriptors are expected.
inline constexpr size_t kPollBuckets = 4'096;

// So many descriptors are told of at one time, and so many polls are looked at each time that the
// thread looks up, which takes it half a millisecond.
inline constexpr int kPollsTogether = 64;
inline constexpr uint32_t kPollRechecks = 1'024;

// "Without a time limit", for a sleep that a signal handler must end whatever its flags: a sleep
// with a limit is not restarted. 31 years.
inline constexpr int64_t kLongNs = 1'000'000'000'000'000'000;

}  // namespace uaio
