// Notice: how the owner of a request wants to be told, copied from its sigevent at the door.
//
//     Notice notice;
//     int error = prepare_notice(block.aio_sigevent, notice);   // at the door: EAGAIN or 0
//     ...                                                       // the request runs
//     deliver_notice(notice);                                   // exactly once, or
//     drop_notice(notice);                                      // if the request was refused
//
// The kinds follow <signal.h> (POSIX.1-2024, XSH 2.4.1): SIGEV_NONE, SIGEV_SIGNAL (a queued signal
// to the process with si_code SI_ASYNCIO and the value), SIGEV_THREAD (a call of a function, see
// notifier.h), and Linux's SIGEV_THREAD_ID (a queued signal to one thread). A zeroed sigevent means
// SIGEV_SIGNAL with signal 0 on Linux: it is accepted and nothing is sent, as under glibc; so is
// an unknown kind.
#pragma once

#include <signal.h>
#include <stdint.h>

#include "signals/call.h"

namespace uaio {

struct Notice {
    enum class Kind : uint8_t { kNone, kSignal, kThreadSignal, kCall };

    Kind kind;
    int16_t signal_number;  // kSignal, kThreadSignal; -1 for what is none
    int thread;             // kThreadSignal: as gettid(2) counts
    union {
        sigval value;  // kSignal, kThreadSignal
        Call* call;    // kCall
    };
};
static_assert(sizeof(Notice) <= 16, "every request record holds one");

// Everything that delivery will need is taken here. Returns 0, or EAGAIN if there is no memory for
// a call. `notice` is kNone after an error. Keeps errno.
int prepare_notice(const sigevent& event, Notice& notice);

// Whether delivering means doing anything.
inline bool is_audible(const Notice& notice) {
    return notice.kind != Notice::Kind::kNone;
}

// Tells the owner. Returns 0, or the errno value of a signal that could not be queued, or
// EINPROGRESS if the queue is full and late_signals has taken the signal over. Never blocks; runs
// no code of the program. Async-signal-safe with Starts::kNothing. The caller has all signals
// blocked.
int deliver_notice(Notice& notice, Starts starts);

// Queues the signal of a notice of kind kSignal or kThreadSignal. Returns 0 or an errno value
// (EAGAIN: the queue is full).
int queue_notice(const Notice& notice);

// Gives back what prepare_notice took, without telling anybody.
void drop_notice(Notice& notice);

}  // namespace uaio
