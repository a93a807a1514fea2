// Polls: requests that wait until a descriptor is ready (IOCB_CMD_POLL), once.
//
// They have no order with anything else, not with transfers of the same descriptor either, so they
// do not go through the engine. One thread waits in poll(3) for all of them, while there are any;
// it is told of new ones by an alarm (platform/alarm.h), and where there is none it looks every
// kPollNapMs. So it does where there are more polls than the program may have descriptors open,
// which poll(3) does not take at a time. Its cost grows with the number of polls that wait: it is
// meant for tens of descriptors, not for thousands.
//
// A poll belongs to the list, or to the one who has taken it out of the list under the lock: he
// brings its event.
#pragma once

#include <poll.h>
#include <stdint.h>

#include "aio/descriptor.h"
#include "aio/libaio/context.h"
#include "aio/libaio/platform/alarm.h"
#include "threadpool/base/list.h"
#include "threadpool/base/lock.h"
#include "threadpool/base/slab.h"
#include "threadpool/pool.h"

namespace uaio {

struct PollTag {};

// Stays memory of that type for ever, so that the thread may look at one that is over.
struct Poll : SlabRecord, Link<PollTag> {
    Slot* slot;
    uint64_t ticket;  // 0: over
    int fd;
    uint16_t events;
    Identity file;  // what `fd` stood for
};

class Polls {
  public:
    // The event of `slot` comes when `fd` is ready for one of `events`; its result is the mask of
    // what came. If it is ready already, at once. If `fd` is closed meanwhile, or its number
    // used again, it comes too, with EBADF. Returns 0, EBADF, or EAGAIN if nobody can be had to
    // wait.
    int watch(Slot& slot, int fd, uint16_t events);

    // Whether the request of `slot`, for `block`, waited: then its event comes, with 0.
    bool withdraw(Slot& slot, uint64_t block);

    // Withdraws all of a context.
    void withdraw_all(Context& context);

    // Only for a forked child.
    void reset();

  private:
    static constexpr uint32_t kFewest = 64;

    struct Entry {
        Poll* poll;
        uint64_t ticket;  // the record may be another one's by now
        Identity file;
    };

    static void serve(void* context, Pool::Seat& seat);
    static bool pending(void* context);
    void start() UAIO_REQUIRES(lock_);
    void look();
    void wait(uint32_t count, int limit_ms);
    uint32_t fill();
    void make_room(uint32_t count);
    bool pass_over_lost(uint32_t count);
    void bring_ready(uint32_t count);
    Slot& take_out(Poll& poll) UAIO_REQUIRES(lock_);
    // Acquire pairs with look().
    void ring() const { ring_alarm(alarm_.load(std::memory_order_acquire)); }

    Lock lock_;
    Slab<Poll> records_;
    List<Poll, PollTag> waiting_ UAIO_GUARDED_BY(lock_);
    uint64_t last_ticket_ UAIO_GUARDED_BY(lock_) = 0;
    bool started_ UAIO_GUARDED_BY(lock_) = false;
    std::atomic<uint32_t> count_{0};

    Pool pool_;
    Pool::Owner owner_ = {};
    std::atomic<uint64_t> alarm_{kNoAlarm};

    // The thread's own.
    pollfd first_descriptors_[kFewest + 1] = {};
    Entry first_entries_[kFewest] = {};
    pollfd* descriptors_ = first_descriptors_;  // the alarm, then those of the entries
    Entry* entries_ = first_entries_;
    uint32_t room_ = kFewest;
    uint32_t at_once_ = UINT32_MAX;  // so many the system takes at a time
};

extern Polls polls;

}  // namespace uaio
