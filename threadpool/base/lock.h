// Lock: a mutex that sleeps on a wait word. Not recursive, 4 bytes, usable when zeroed.
//
//     Hold hold(lock);      // until the end of the block
//
// Word: 0 free, 1 held, 2 held and somebody may sleep. Only the change from 2 costs the releaser a
// system call. No fairness: a released lock may be taken by a running thread before the woken one.
//
// Where threads run at the same time (let_locks_spin()), whoever finds the lock held looks again
// for a moment before it sleeps: what is done under a lock takes less time than falling asleep.
//
// Rules. A thread that holds a Lock never makes a system call that can block, never runs user code
// and never starts a thread. A thread that signals can reach takes a Lock only inside a SignalBlock
// (signal_block.h): otherwise a handler could wait for a worker that waits for the lock.
// None is taken while another is held, but for the readiness lock
// (aio/platform/readiness_posix.cc), which takes none.
#pragma once

#include "threadpool/base/annotations.h"
#include "threadpool/base/wait_word.h"

namespace uaio {

class UAIO_CAPABILITY("lock") Lock {
  public:
    constexpr Lock() = default;
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

    void acquire() UAIO_ACQUIRE();
    void release() UAIO_RELEASE();

    // Whether somebody held the lock at the moment of a fork. Only for the child.
    bool is_held() const {
        return word_.load(std::memory_order_relaxed) != 0;  // no other thread exists
    }

    // Makes the lock free whoever held it. Only for a forked child, whose other threads are gone.
    void reset() { word_.store(0, std::memory_order_relaxed); }  // no other thread exists

  private:
    bool try_acquire();
    void acquire_asleep();

    WaitWord word_{0};
};

// Whether there is more than one CPU. Before it is said, no lock spins.
void let_locks_spin(bool spin);

class UAIO_SCOPED_CAPABILITY Hold {
  public:
    explicit Hold(Lock& lock) UAIO_ACQUIRE(lock) : lock_(lock) { lock_.acquire(); }
    ~Hold() UAIO_RELEASE() { lock_.release(); }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

  private:
    Lock& lock_;
};

}  // namespace uaio
