// Polls: requests that wait until a descriptor is ready (IOCB_CMD_POLL), once.
//
// They have no order with anything else, not with transfers of the same descriptor either, so they
// do not go through the engine. One thread waits for all of them, while there are any. How it does
// that is for the back end to say: platform/polls_linux.cc (epoll(7): the cost of a poll does not
// grow with the number of others), platform/polls_posix.cc (poll(2), whose cost does).
//
// A poll belongs to the list, or to the one who has taken it out of the list under the lock: he
// brings its event.
#pragma once

#include <poll.h>
#include <stdint.h>

#include "aio/descriptor.h"
#include "aio/libaio/context.h"
#include "threadpool/base/list.h"
#include "threadpool/base/lock.h"
#include "threadpool/base/slab.h"
#include "threadpool/pool.h"

namespace uaio {

struct PollTag {};
struct WatchTag {};
struct Watch;

// Stays memory of that type for ever, so that the thread may look at one that is over.
struct Poll : SlabRecord,
              Link<PollTag>,    // all that wait
              Link<WatchTag> {  // the back end's
    Slot* slot;
    uint64_t ticket;  // 0: over
    int fd;
    uint16_t events;
    Identity file;  // what `fd` stood for
    Watch* watch;   // the back end's
};

// The result of a poll, from what poll(2) says.
int64_t poll_result(const pollfd& descriptor);

class Polls {
  public:
    // The event of `slot` comes when `fd` is ready for one of `events`; its result is the mask of
    // what came. If it is ready already, at once. If `fd` is closed meanwhile, or its number
    // used again, it comes too, with EBADF. Returns 0, EBADF, or EAGAIN if nobody can be had to
    // wait.
    int watch(Slot& slot, int fd, uint16_t events);

    // Whether the request of `slot`, for `block`, waited: then its event comes, with 0.
    bool withdraw(Slot& slot, uint64_t block);

    // Only for a forked child.
    void reset();

  private:
    static void serve(void* context, Pool::Seat& seat);
    static bool pending(void* context);
    void start() UAIO_REQUIRES(lock_);
    int admit(Poll& poll, uint64_t& ticket);
    Slot& take_out(Poll& poll) UAIO_REQUIRES(lock_);

    // The back end. ----------------------------------------------------------------------------

    // From now on the thread waits for that poll too, respectively no more. 0, EBADF, EINVAL for
    // what cannot be polled, or EAGAIN.
    int arm(Poll& poll) UAIO_REQUIRES(lock_);
    void disarm(Poll& poll) UAIO_REQUIRES(lock_);

    // Polls have come or gone.
    void tell();

    // The thread's: waits once, for at most kPollIdleMs, and brings what is ready.
    void look();

    // Only for a forked child.
    void forget();

    // What the one or the other is made of.
    uint32_t fill();
    void bring_ready(uint32_t count);
    Slot* take_ready(Watch& watch, uint32_t told) UAIO_REQUIRES(lock_);
    void recheck();
    Slot* take_lost() UAIO_REQUIRES(lock_);

    Lock lock_;
    Slab<Poll> records_;
    List<Poll, PollTag> waiting_ UAIO_GUARDED_BY(lock_);
    uint64_t last_ticket_ UAIO_GUARDED_BY(lock_) = 0;
    bool started_ UAIO_GUARDED_BY(lock_) = false;
    std::atomic<uint32_t> count_{0};

    Pool pool_;
    Pool::Owner owner_ = {};
};

extern Polls polls;

}  // namespace uaio
