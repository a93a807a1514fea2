// Signals in tests: wait for one, handle one, or be hit by a stream of them. Everything here is
// undone by the destructor.
#pragma once

#include <signal.h>
#include <time.h>

namespace uaio::test {

// Blocks a signal in the calling thread, so that it can be waited for. What is pending at the end
// is taken off the queue first.
class BlockedSignal {
  public:
    explicit BlockedSignal(int number);
    ~BlockedSignal();
    BlockedSignal(const BlockedSignal&) = delete;
    BlockedSignal& operator=(const BlockedSignal&) = delete;

    // The next one, with what it carries. Waits for it.
    siginfo_t wait();

    // Whether one is queued now.
    bool pending() const;

  private:
    int number_;
    sigset_t before_;
};

// A handler with the given sigaction flags (SA_SIGINFO is added). The signal is let through in the
// calling thread meanwhile.
class SignalHandler {
  public:
    using Function = void (*)(int, siginfo_t*, void*);

    SignalHandler(int number, Function function, int flags = 0);
    ~SignalHandler();
    SignalHandler(const SignalHandler&) = delete;
    SignalHandler& operator=(const SignalHandler&) = delete;

  private:
    int number_;
    struct sigaction before_;
    sigset_t mask_before_;
};

// Sends a signal to the thread that made it, once a millisecond, for as long as it lives: whenever
// the thread comes to sleep, the next signal finds it asleep. Needs a handler that outlives it.
class SignalStorm {
  public:
    explicit SignalStorm(int number);
    ~SignalStorm();
    SignalStorm(const SignalStorm&) = delete;
    SignalStorm& operator=(const SignalStorm&) = delete;

  private:
    timer_t timer_;
};

// Blocks every real-time signal in the calling thread and those it starts. Called first thing in a
// program whose tests wait for such signals: one sent to the process must not find a thread, left
// over from an earlier test or made by a library, that would take it and die.
void block_realtime_signals();

// The sigevent members by which a signal goes to one thread (SIGEV_THREAD_ID, Linux).
void set_thread_signal(sigevent* event, int number, pid_t thread);

// The kernel's number of the calling thread.
pid_t thread_number();

}  // namespace uaio::test
