// Scenario: what the simulated program does, and what must hold whatever the schedule. There are
// three, of which a program links one: with <aio.h>, as follows, with <libaio.h> (door_program.h),
// and with <uaio/engine.h> (own_program.h).
//
// A few clients submit, wait, poll, cancel, make lists and close descriptors at random; a peer
// feeds the streams. Everything is chosen from the world's seed. What is checked:
//
//   - each accepted request is published exactly once, with the result of the one system call that
//     did its work, or with ECANCELED and none; each refused one says so and nothing more;
//   - its block is not touched after that: it is overwritten, and must stay as it is;
//   - each notification is made exactly once, after the status, or counted as lost; a list's after
//     all of its requests;
//   - conflicting requests of a descriptor run in the order in which they were submitted, wherever
//     one call had returned before the other was made; a sync runs after all writes of its file
//     that were submitted before it; under the strict policy nothing of a descriptor runs in
//     parallel;
//   - no request reaches a file that its descriptor did not stand for when it was submitted;
//   - answers of aio_cancel are true;
//   - in the end nobody sleeps, no thread, slot, lane or callback is left, and the counters
//   balance.
#pragma once

#include <signal.h>
#include <stdint.h>

#include "tests/simulation/disk.h"
#include "tests/simulation/world.h"

namespace uaio::sim {

// Runs the schedule of that seed from the beginning to the end. Returns if nothing is wrong. Once
// in the life of a process.
void run_schedule(uint64_t seed, Detail detail);

// The engine has asked what a descriptor means, for the submission under way; first how it was
// opened, and then perhaps the rest.
enum class Asked : uint8_t { kAccess, kFile };

void note_described(int fd, const File& file, bool append, Asked asked);

// A worker has asked whether it still means the same: it is about to perform a request.
void note_identified();

// A thread makes a system call, and what its last one did has not been claimed (disk.h).
void note_unclaimed();

// A signal or a callback has come.
void ring(sigval value);

// The value of an environment variable of this schedule; null if it is not set.
const char* setting(const char* name);

}  // namespace uaio::sim
