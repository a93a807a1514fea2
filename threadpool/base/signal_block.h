// SignalBlock: the calling thread has all signals blocked, and cannot be cancelled
// (pthread_cancel), until the end of the block.
//
// For a thread of the program that must take a lock of the engine: a signal handler that ran while
// the lock is held could wait in aio_suspend for a request that needs the same lock, and a thread
// that ended there, in a system call that is a cancellation point, would keep it for ever. Two
// system calls (about 0.3 µs), so it is used where a call is rare (cancel, first use), and never on
// the way of a submission. Keeps errno.
#pragma once

#include <pthread.h>
#include <signal.h>

namespace uaio {

class SignalBlock {
  public:
    SignalBlock() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &mask_);
        pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state_);
    }
    ~SignalBlock() {
        pthread_setcancelstate(cancel_state_, nullptr);
        pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
    }
    SignalBlock(const SignalBlock&) = delete;
    SignalBlock& operator=(const SignalBlock&) = delete;

  private:
    sigset_t mask_;
    int cancel_state_;
};

}  // namespace uaio
