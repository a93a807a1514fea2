// OwnSignals: until the end of the block, signals that system calls raise for the calling thread
// itself (SIGPIPE, SIGXFSZ) are swallowed, as they are for a worker, which blocks them for ever.
//
// Inside a SignalBlock: they stay pending there, and the end of this block takes them. One that was
// pending before stays pending. Keeps errno.
#pragma once

#include <errno.h>
#include <signal.h>

namespace uaio {

class OwnSignals {
  public:
    OwnSignals() { sigpending(&before_); }
    ~OwnSignals() {
        int saved = errno;
        take(SIGPIPE);
        take(SIGXFSZ);
        errno = saved;
    }
    OwnSignals(const OwnSignals&) = delete;
    OwnSignals& operator=(const OwnSignals&) = delete;

  private:
    // sigwait returns at once, because the signal is pending.
    void take(int number) {
        sigset_t pending;
        sigpending(&pending);
        if (sigismember(&pending, number) == 0 || sigismember(&before_, number) != 0) {
            return;
        }
        sigset_t own;
        sigemptyset(&own);
        sigaddset(&own, number);
        int taken;
        sigwait(&own, &taken);
    }

    sigset_t before_;
};

}  // namespace uaio
