// Readiness: which streams have become readable or writable.
//
// One-shot: arm_readiness() asks once about one direction of one descriptor, wait_readiness() tells
// once. A descriptor may be armed in both directions at the same time, and armed again before it
// was told. It may be told although nobody is interested any more, or too early: whoever is told
// tries, and arms again.
//
// There is one set for the process. Its descriptors are ours, but a program may close every number
// that it finds, and open something else under the same number. So each use proves first that they
// are still ours, and never touches what is not; the set is then said to be lost.
//
// Back ends: platform/readiness_linux.cc (epoll(7)), platform/readiness_posix.cc (poll(3)). All
// functions keep errno.
#pragma once

#include <stdint.h>

namespace uaio {

enum class Direction : uint8_t { kIn, kOut };

inline constexpr int kDirections = 2;

struct ReadinessEvent {
    int fd;
    Direction direction;
};

// All but wait_readiness() are called by one thread at a time: under the engine's lock.

// Takes the descriptors that the set needs; exec closes them. Returns 0 or an errno value (EMFILE,
// ENFILE, ENOMEM). Does nothing if the set is open.
int open_readiness();

// Closes what is still ours of the set, and forgets it. Nothing is armed afterwards.
void close_readiness();

// The same in a forked child. The parent's set stays as it is.
void abandon_readiness();

// Returns 0 or an errno value: EPERM for what cannot be polled, EBADF, ENOMEM; ESTALE if the set is
// lost, and with it all that was armed. Never waits.
int arm_readiness(int fd, Direction direction);

// One thread at a time, with all signals blocked. Waits for events, at most `timeout_ms`, and
// writes up to `events_max` of them. Returns their number, or -1 if the set is lost.
int wait_readiness(ReadinessEvent* events, int events_max, int timeout_ms);

}  // namespace uaio
