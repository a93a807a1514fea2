// The functions of the libaio door, as the system calls of the same names: what is negative is an
// errno value. The library's exports (exports.cc) and the preload library's syscall() (preload/
// syscall.cc) stand in front of them. errno is kept.
//
// Pointers may be wild: EFAULT. They are looked at first, as cheaply as the system allows
// (platform/memory.h); what another thread unmaps at the same moment is not noticed.
#pragma once

#include <signal.h>
#include <stdint.h>
#include <time.h>

#include "aio/libaio/abi.h"

namespace uaio {

// io_setup(2): a context for at least `events` events to `*context`, which must be 0.
long setup_context(uint32_t events, uintptr_t* context);

// io_destroy(2): what has not begun is withdrawn, what runs is waited for, and who waits in
// collect_events() gets EINVAL.
long destroy_context(uintptr_t context);

// io_submit(2): how many of `blocks` were taken, in order, up to the first that was not.
long submit_blocks(uintptr_t context, long count, IoBlock* const* blocks);

// io_cancel(2): EINPROGRESS if the request is withdrawn: its event comes, with -ECANCELED, or
// with 0 for a poll. EINVAL if it is not there, or runs.
long cancel_block(uintptr_t context, IoBlock* block);

// io_pgetevents(2). `timeout` null: no limit. `mask` null: the signal mask stays.
long collect_events(uintptr_t context, long least, long most, IoEvent* events,
                    const timespec* timeout, const sigset_t* mask);

}  // namespace uaio
