// What goes wrong in the schedule at hand: chances, chosen from the seed. 0 is never.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace uaio::sim {

struct Faults {
    uint64_t no_thread_one_in = 0;    // thread creation: EAGAIN
    uint64_t no_memory_one_in = 0;    // mapping memory
    uint64_t interrupted_one_in = 0;  // a system call: EINTR
    uint64_t io_error_one_in = 0;     // EIO, and ENOSPC for writes
    uint64_t short_one_in = 0;        // a transfer moves fewer bytes
    uint64_t queue_full_one_in = 0;   // a signal: EAGAIN
    uint64_t set_lost_one_in = 0;     // the program closes the poller's descriptors
};

extern Faults faults;

// `queue`: whether the queue of signals may be full, too.
void choose_faults(bool queue);

// The running thread's handler, now.
void handle_signal();

// Zeroed memory at addresses that are the same in every process, because the engine sorts owners by
// their address. It is never given back.
void* take_memory(size_t bytes);

}  // namespace uaio::sim
