// Readiness: which streams have become readable or writable.
//
// One-shot: arm_readiness() asks once about one direction of one descriptor, wait_readiness() tells
// once. A descriptor may be armed in both directions at the same time, and armed again before it
// was told. It may be told although nobody is interested any more, or too early: whoever is told
// tries, and arms again.
//
// There is one set for the process. Back ends: platform/readiness_linux.cc (epoll(7)),
// platform/readiness_posix.cc (poll(3)). All keep errno.
#pragma once

#include <stdint.h>

namespace uaio {

enum class Direction : uint8_t { kIn, kOut };

inline constexpr int kDirections = 2;

struct ReadinessEvent {
    int fd;
    Direction direction;
};

// Takes the descriptors that the set needs; they are closed by exec. Returns 0 or an errno value
// (EMFILE, ENFILE, ENOMEM). Does nothing if the set is open. Not by two threads at a time.
int open_readiness();

// Gives them back; nothing is armed afterwards. Not while another thread uses the set. In a forked
// child it leaves the parent's set as it is.
void close_readiness();

// Any thread, with all signals blocked. Returns 0 or an errno value: EPERM for what cannot be
// polled, EBADF, ENOMEM. Never waits.
int arm_readiness(int fd, Direction direction);

// One thread at a time, with all signals blocked. Waits for events, at most `timeout_ms`, and
// writes up to `events_max` of them. Returns their number, or -1 if the set was closed behind our
// back, as by programs that close every descriptor they find.
int wait_readiness(ReadinessEvent* events, int events_max, int timeout_ms);

}  // namespace uaio
