// Waiting on a word: the one way in which anything in the engine sleeps.
//
// Concept. A waiter names a 32-bit word and the value that it last saw there; it sleeps only if
// the word still has that value at the moment of going to sleep. So whoever changes the word and
// then wakes cannot be missed: either the waiter sees the new value and does not sleep, or it
// sleeps already and is woken. The word only carries that protocol; what the waiter waits for is
// checked by the waiter itself, in a loop, because waking early is always allowed.
//
// A waiter may give a mask of the kinds of wake-up that concern it; a waker wakes those whose mask
// shares a bit with its own (a back end may wake more).
//
// A back end is one file in platform/: `wait_word_linux.cc` on the futex system call (futex(2)),
// `wait_word_posix.cc` on POSIX semaphores, `wait_word_darwin.cc` on what Darwin has instead. All
// are async-signal-safe and allocate nothing.
#pragma once

#include <stdint.h>

#include <atomic>

#include "threadpool/base/clock.h"

namespace uaio {

using WaitWord = std::atomic<uint32_t>;

inline constexpr uint32_t kEveryKind = UINT32_MAX;

enum class WaitEnd {
    kWoken,        // woken, or the word had changed, or for no reason at all: look again
    kTimedOut,     // the deadline has passed
    kInterrupted,  // a signal handler has run (one without SA_RESTART, if there is no deadline)
};

// Sleeps while `word` holds `expected`, until a wake-up, a signal or `deadline_ns` (kNever: none).
// Keeps errno. `mask` must not be 0.
WaitEnd wait_on(WaitWord& word, uint32_t expected, int64_t deadline_ns, uint32_t mask = kEveryKind);

// The same, and a cancellation point: the thread may be cancelled (pthread_cancel) while it sleeps,
// and then runs its clean-up handlers. wait_on() is none.
WaitEnd wait_on_cancellable(WaitWord& word, uint32_t expected, int64_t deadline_ns,
                            uint32_t mask = kEveryKind);

// Wakes one waiter of `word`, respectively all whose mask shares a bit with `mask`. The word itself
// is not read: it may lie in memory that has been reused meanwhile. Keep errno.
void wake_one(WaitWord& word);
void wake_all(WaitWord& word, uint32_t mask = kEveryKind);

// Nobody waits. Only for a forked child, before anything else here is used: the threads that waited
// are not there, and one of them may have been about to.
void forget_waiters();

}  // namespace uaio
