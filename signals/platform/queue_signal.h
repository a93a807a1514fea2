// Queueing a signal that says "asynchronous I/O". Implemented once per system in this folder:
// queue_signal_linux.cc (rt_sigqueueinfo(2)), queue_signal_posix.cc (sigqueue(3)).
#pragma once

#include <signal.h>

namespace uaio {

// Queues `number` to the process, with si_value and si_code SI_ASYNCIO (where only sigqueue is to
// be had: SI_QUEUE). Returns 0, EAGAIN if the queue is full, EINVAL for a number that is no signal.
int queue_signal(int number, sigval value);

// The same to the thread with that number. ESRCH if there is no such thread; ENOSYS where signals
// cannot be queued to one thread.
int queue_thread_signal(int thread, int number, sigval value);

// Whether `event` asks for a signal to one thread, and to which.
bool names_thread(const sigevent& event, int& thread);

}  // namespace uaio
