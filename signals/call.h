// Call: one SIGEV_THREAD callback that is owed to the program: what to call, with which value,
// under which signal mask, and with which attributes for its thread (null: any thread).
//
// Taken when the request is accepted, so that telling its owner cannot fail for want of memory;
// given back before the function is called, because the function may never return.
#pragma once

#include <pthread.h>
#include <signal.h>

#include "threadpool/base/list.h"
#include "threadpool/base/slab.h"
#include "threadpool/base/wait_word.h"

namespace uaio {

// Whether who has something to tell may start a thread for it.
enum class Starts : bool { kNothing, kThreads };

// What is left of a call once its record has been given back.
struct Due {
    void (*function)(sigval);
    sigval value;
    sigset_t mask;
};

struct CallTag {};

struct Call : SlabRecord, Link<CallTag> {
    void (*function)(sigval);
    sigval value;
    pthread_attr_t* attributes;
    sigset_t mask;     // of the thread that submitted the request
    WaitWord created;  // 1 when pthread_create has returned, for a call with a thread of its own
};

// A call for `event`, under the mask of the calling thread; null if there is no memory.
Call* take_call(const sigevent& event);

// A call of the engine's own: any thread, all signals blocked.
Call* take_call(void (*function)(sigval), sigval value);

void give_call(Call& call);

// The same, and what is to be called now.
Due redeem(Call& call);

// How many calls have been taken and not given back: they need a thread sooner or later.
uint32_t calls_taken();

// No call is owed. Only for a forked child.
void reset_calls();

}  // namespace uaio
