// Alarm: wakes threads of the door that sleep on a descriptor, because a signal mask is to hold for
// just as long (ppoll(2)), or because they wait for other descriptors too (poll(2)).
//
//     uint64_t alarm = make_alarm();
//     poll descriptor_of(alarm) for POLLIN ...     // a sleeper
//     ring_alarm(alarm);                           // wakes all of them, and who comes later
//     quiet_alarm(alarm);                          // who comes now sleeps
//
// It is a pair of descriptors: a set (epoll(7)), and in it something that is always ready. Ringing
// and quieting change what the set looks for there. The system does that only if the numbers are
// still the pair that was made, so an alarm whose descriptors the client has closed, or replaced by
// its own, is noticed, and what has their numbers now is neither read, nor written, nor closed.
//
// Back ends: platform/alarm_linux.cc, platform/alarm_posix.cc (there are no alarms). All keep errno
// and are async-signal-safe.
#pragma once

#include <signal.h>
#include <stdint.h>

#include "threadpool/base/wait_word.h"

namespace uaio {

// An alarm is a number that fits into an atomic; this one stands for none.
inline constexpr uint64_t kNoAlarm = 0;

// Closed by exec; kNoAlarm if there is none to be had.
uint64_t make_alarm();

// False if it is no longer ours.
bool ring_alarm(uint64_t alarm);
bool quiet_alarm(uint64_t alarm);

// Closes it, if it is ours. In a forked child this rings the parent's, which shares the set.
void close_alarm(uint64_t alarm);

// What to poll; -1 for kNoAlarm.
int descriptor_of(uint64_t alarm);

// Sleeps until the alarm rings, a signal handler has run, or `deadline_ns`, under the signal mask
// `mask`, which holds for exactly as long as the sleep. Not a cancellation point.
WaitEnd sleep_on_alarm(uint64_t alarm, int64_t deadline_ns, const sigset_t& mask);

}  // namespace uaio
