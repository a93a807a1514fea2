// Readiness: which streams have become readable or writable.
//
// One-shot: arm() asks once about one direction of one descriptor, wait() tells once. A descriptor
// may be armed in both directions at the same time, and armed again before it was told. It may be
// told although nobody is interested any more, or too early: whoever is told tries, and arms again.
//
// A set's descriptors are ours, but a program may close every number that it finds, and open
// something else under the same number. So each use proves first that they are still ours, and
// never touches what is not; the set is then said to be lost.
//
// Back ends: platform/readiness_linux.cc (epoll(7)), platform/readiness_posix.cc (poll(3)). All
// functions keep errno.
#pragma once

#include <poll.h>
#include <stdint.h>

#include <atomic>

#include "threadpool/base/lock.h"

namespace uaio {

enum class Direction : uint8_t { kIn, kOut };

inline constexpr int kDirections = 2;

struct ReadinessEvent {
    int fd;
    Direction direction;
};

class Readiness {
  public:
    // All but wait() and interrupt() are called by one thread at a time: under the engine's lock.

    // Takes the descriptors that the set needs; exec closes them. Returns 0 or an errno value
    // (EMFILE, ENFILE, ENOMEM). Does nothing if the set is open.
    int open();

    // Closes what is still ours of the set, and forgets it. Nothing is armed afterwards.
    void close();

    // The same in a forked child. The parent's set stays as it is.
    void abandon();

    // The same for a set that nobody uses any more: its memory too is given back.
    void release();

    // Returns 0 or an errno value: EPERM for what cannot be polled, EBADF, ENOMEM; ESTALE if the
    // set is lost, and with it all that was armed. Never waits.
    int arm(int fd, Direction direction);

    // One thread at a time, with all signals blocked. Waits for events, at most `timeout_ms`, and
    // writes up to `events_max` of them. Returns their number, or -1 if the set is lost.
    int wait(ReadinessEvent* events, int events_max, int timeout_ms);

    // Who waits, or is about to, returns soon; where the system has no descriptor left for it, when
    // his time is over. Before close() or release(), once.
    void interrupt();

  private:
    // Each back end uses what it needs.

    // -1: not open. Relaxed: the waiting thread gets along with old numbers, like any that are not
    // ours. With epoll the two sets by direction, the one over both, and what interrupts a wait;
    // with poll the two ends of a pipe.
    std::atomic<int> numbers_[4] = {-1, -1, -1, -1};
    [[maybe_unused]] int turn_ = 0;  // epoll: the waiting thread's, which direction comes first

    // poll: the copy belongs to the waiting thread, the rest is guarded by the lock. The first
    // entry of the copy is the pipe. Entries are in no order. Which pipe: in integers that are the
    // same in every file, which the system's types for it are not (_FILE_OFFSET_BITS).
    [[maybe_unused]] Lock lock_;
    [[maybe_unused]] pollfd* armed_ = nullptr;
    [[maybe_unused]] pollfd* copy_ = nullptr;
    [[maybe_unused]] int armed_count_ = 0;
    [[maybe_unused]] int armed_room_ = 0;
    [[maybe_unused]] int copy_room_ = 0;
    [[maybe_unused]] uint64_t pipe_device_ = 0;
    [[maybe_unused]] uint64_t pipe_inode_ = 0;

    bool are_ours() const;
    int make();
    void forget();
    int collect(int direction, ReadinessEvent* events, int events_max);
    int look(ReadinessEvent* events, int events_max, int timeout_ms);
    int add(int fd, short interest);
    void remove(const pollfd& entry);
    int make_copy();
};

}  // namespace uaio
