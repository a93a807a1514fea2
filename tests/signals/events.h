// What the tests of this room share: sigevents made in one line, and masks compared.
#pragma once

#include <signal.h>

namespace uaio::test {

sigval number_value(int number);
sigval pointer_value(void* pointer);

// A zeroed event of this kind.
sigevent event_of(int kind, int signal_number, sigval value);

// A SIGEV_THREAD event; null attributes mean any thread.
sigevent call_event(void (*function)(sigval), void* argument, pthread_attr_t* attributes = nullptr);

// The mask of the calling thread.
sigset_t mask_now();

// Whether both hold the same signals, but for those that cannot be blocked.
bool same_masks(const sigset_t& one, const sigset_t& other);

sigset_t every_signal();

// Lets this process queue no real-time signal for as long as it lives (RLIMIT_SIGPENDING).
class FullSignalQueue {
  public:
    FullSignalQueue();
    ~FullSignalQueue();
    FullSignalQueue(const FullSignalQueue&) = delete;
    FullSignalQueue& operator=(const FullSignalQueue&) = delete;
};

}  // namespace uaio::test
