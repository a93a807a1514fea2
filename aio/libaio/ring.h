// Ring: where the events of a context wait for their reader, in memory that the client sees.
//
// The layout is the kernel's (abi.h), at the address that io_setup gives as the context: clients
// reap by themselves, reading tail and events and writing head, or leave that to take().
//
// Who may do what. Nothing is locked; one thread at a time is the ring's `owner` and writes to the
// shared memory, and nobody has to wait in order to publish:
//
//   arrive()   pushes an event on a stack (one exchange). Whoever is interrupted here holds up
//              nobody.
//   settle()   if there is no owner, becomes it: moves what has arrived to the ring, in order of
//              arrival, stores the tail, and gives up. An owner who has given up looks at the stack
//              again; one who finds an owner leaves its event to it.
//   take()     becomes the owner too, settles, and moves the head. It waits for another thread that
//              is the owner, but not for long, and not at all for its own: then it takes what has
//              arrived straight from the stack. So a signal handler that has interrupted the owner
//              may submit and wait on the context that its thread was at; and nobody waits without
//              end for an owner that has been interrupted by a handler, which may wait for him.
//              What the owner has in hand or in the ring is out of reach then. What of the stack
//              there is no room for arrives there once more.
//
// No event stays behind. The push and the look at the owner of whoever arrives, and the giving up
// and the look at the stack of the owner, are sequentially consistent: one of them sees the other.
//
// Invariants. The tail only grows (by one owner after the other, each acquiring what the one before
// released), and is stored after the events in front of it. reserve() lets in so many requests that
// those in flight and the events that are not read fit into the ring. What the client has written
// is never trusted: of the header only head is read, and brought below the number of events;
// whatever it says, indices stay inside, and in_flight() below the size of the ring. A client that
// lies about head loses events of its own.
#pragma once

#include <stdint.h>

#include <atomic>

#include "aio/libaio/abi.h"
#include "aio/libaio/platform/memory.h"
#include "threadpool/base/wait_word.h"

namespace uaio {

// An event on its way to the ring. Its memory belongs to the ring from arrive() until it comes back
// from settle() or take().
struct Arrival {
    Arrival* next;
    IoEvent event;
};

class Ring {
  public:
    // Room for at least `events` events. Returns 0 or ENOMEM. `id` is for the header.
    int open(uint32_t events, uint32_t id);

    // Nobody uses the ring. `client` is where the client sees it by now; null: nobody knows.
    void close(void* client);

    // Where the client sees it after open().
    void* address() const { return pages_.client; }

    uint32_t events_max() const { return count_ - 1; }

    // Makes room for the event of one more request. False if there is none. Lock-free.
    bool reserve();

    // The request does not come after all.
    void unreserve() { in_flight_.fetch_sub(1, std::memory_order_relaxed); }

    // Requests whose events have not reached the ring. Whoever is told of none finds their events
    // there: acquire pairs with the release in drain().
    uint32_t in_flight() const { return in_flight_.load(std::memory_order_acquire); }

    // The event of a request for which there is room. Sequentially consistent, for sleepers.
    void arrive(Arrival& arrival);

    // Moves what has arrived to where the client sees it. Returns a chain of what has been moved,
    // in order, which is the caller's; null for nothing, or if another thread is doing it.
    Arrival* settle();

    // False if take() would find something. What an owner has in hand counts: whoever is about to
    // sleep would not be woken for it any more.
    bool is_empty() const;

    // Events that a reader finds, but for those that have not been settled.
    uint32_t unread() const;

    struct Taken {
        uint32_t events;
        bool past_owner;  // only what has arrived
        bool put_back;    // some of that has arrived once more: the caller tells sleepers
    };

    // Copies at most `events_max` events to `events`, and counts them as read. `moved` as for
    // settle(). The copy may fault if `events` is not there.
    Taken take(IoEvent* events, uint32_t events_max, Arrival*& moved);

    // Whether there are events that have left the stack: who has taken past the owner and sleeps
    // now may sleep beside them for ever.
    bool keeps_events() const;

    // Whether somebody is the owner. Another thread's comes and goes.
    bool is_owned() const { return owner_.load(std::memory_order_relaxed) != 0; }

    // Whether the calling thread is the owner, so that it has been interrupted.
    bool is_interrupted() const;

  private:
    bool try_own();
    bool own();
    void disown();
    void drain(Arrival*& moved);
    Taken take_arrived(IoEvent* events, uint32_t events_max, Arrival*& moved);
    uint32_t copy_out(IoEvent* events, uint32_t events_max);
    uint32_t head() const;
    uint32_t following(uint32_t index) const { return index + 1 == count_ ? 0 : index + 1; }

    // Constant while the ring is open.
    TwinPages pages_;
    RingHeader* shared_;
    IoEvent* events_;
    uint32_t count_;

    std::atomic<uint32_t> in_flight_;
    std::atomic<uint32_t> tail_;     // the owner's; what the header should say
    std::atomic<uintptr_t> owner_;   // the thread (pthread_self); 0: nobody
    std::atomic<bool> in_hand_;      // the owner's; events may be in neither place
    std::atomic<Arrival*> arrived_;  // the last one first
    WaitWord nap_;                   // nobody ever changes it
};

}  // namespace uaio
