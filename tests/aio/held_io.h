// HeldIo: holds the system calls on one file, so that a test knows when a request runs, and for how
// long.
//
//     HeldIo held(fd);
//     owner.submit(...);
//     held.wait_until_running();     // a worker is about to make the system call
//     held.release();                // and makes it
//
// Takes the place of the engine's system calls (aio/platform/io_ops.h): link it with
// -Wl,--allow-multiple-definition. The calls on other descriptors are the system's as they are.
#pragma once

#include "tests/support/bell.h"

namespace uaio::test {

class HeldIo {
  public:
    // From now on calls on `fd` (below 1,024) are held.
    explicit HeldIo(int fd);

    // Lets everything go. What was held must have been released.
    ~HeldIo();
    HeldIo(const HeldIo&) = delete;
    HeldIo& operator=(const HeldIo&) = delete;

    // Waits for so many calls that have not been waited for yet.
    void wait_until_running(int calls = 1) { running_.wait(calls); }

    // Calls that are running and have not been waited for.
    int running() { return running_.waiting(); }

    // Lets so many of them go on.
    void release(int calls = 1);

    // In the thread that makes the call.
    static void pass(int fd);

  private:
    int fd_;
    Bell running_;
    Bell released_;
};

}  // namespace uaio::test
