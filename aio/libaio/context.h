// Context: what io_setup makes; a ring, and the requests whose events go there.
//
//     Context* context;
//     int error = open_context(events, context);
//     ...
//     Visit visit(address);                    // what each function of the interface begins with
//     if (visit.context() == nullptr) ...     // no such context (any more)
//
// Life. A context is found by its address alone, which is never read: garbage finds nothing. A
// client may have moved the ring (mremap); then the header at the new place says whose it is, and
// is believed only if it names a context that lives. A context that is made meanwhile may have its
// ring where that one's was: from then on the address means the new one. The record of a context is
// used again, but stays memory of that type for ever, so a thread that comes late may look at it.
//
// `life` counts the calls that are at the context, and says whether it lives. close_context() takes
// the life (one caller succeeds), wakes the sleepers, waits until all calls have left, so that
// nobody submits any more, withdraws what has not run, and waits for the rest: `requests` are
// counted from before their submission until their last touch of the record. Then nobody is left,
// and the ring goes.
//
// A signal handler may not call close_context(): it would wait for the call that it has
// interrupted, if that is at the same context, and for others', whose handlers may wait for it.
//
// No wake-up is lost. A sleeper counts itself among the `sleepers`, reads `changed`, and then looks
// at the ring; who brings an event pushes it and then looks for sleepers. All four are sequentially
// consistent, so one of them sees the other; and a change of the word between look and sleep keeps
// the sleeper awake.
//
// Who has a signal mask for its sleep cannot sleep on the word, but sleeps on an alarm
// (platform/alarm.h), which goes on ringing until somebody quiets it. That is done by the last of
// the `alarm_sleepers`, once it has left; and it rings again if a new one has come meanwhile. A
// sleeper counts itself and then reads `changed` once more; who rings has changed the word before
// it looks for sleepers. So whoever comes after the ringing does not sleep, and whoever came before
// it is either counted when the alarm is quieted, or rung for again.
#pragma once

#include <signal.h>
#include <sys/uio.h>

#include "aio/libaio/known_pages.h"
#include "aio/libaio/limits.h"
#include "aio/libaio/ring.h"
#include "aio/operation.h"
#include "threadpool/base/slab.h"

namespace uaio {

struct Context;
struct Poll;

// The largest array of pieces; few clients have more than kPiecesNear.
struct PieceArray : SlabRecord {
    iovec pieces[kPiecesMax];
};

// A request of a context; what the engine calls its owner.
struct Slot : SlabRecord, Arrival {
    Context* context;
    int bell;  // -1: none
    // The request itself, and those who look whether it is the one that they want to cancel. While
    // there are any the slot is not used again. 0: free.
    std::atomic<uint32_t> holders;
    std::atomic<uint64_t> block;  // the client's block while the request may be cancelled, or 0
    uint32_t request;             // by which the engine knows it, unless it is a poll
    PieceArray* far;  // where the client's array is copied to; null: in `near`, if at all
    iovec near[kPiecesNear];
    Poll* poll;  // the one that waits for it, under the lock of polls.h; null: none
};

struct Context : SlabRecord {
    std::atomic<uint64_t> life;  // kLives, and the number of calls
    std::atomic<uintptr_t> address;
    uint32_t id;
    Ring ring;
    KnownPages pages;
    Slab<Slot> slots;

    std::atomic<uint32_t> requests;
    std::atomic<uint32_t> sleepers;
    std::atomic<uint32_t> alarm_sleepers;  // those that sleep on the alarm, not on the word
    std::atomic<uint64_t> alarm;           // kNoAlarm: none yet
    WaitWord changed;                      // grows when sleepers have to look again
    WaitWord left;                         // grows when the last call or request has gone
};

inline constexpr uint64_t kLives = uint64_t{1} << 32;

// Returns 0, EAGAIN (kContextsMax) or ENOMEM.
int open_context(uint32_t events, Context*& context);

// Ends the caller's call, and waits for what runs. False if somebody else is closing the context.
bool close_context(Context& context);

// Whether the calling thread is the owner of the ring of some context: then it runs a signal
// handler that has interrupted it there. Looks at all contexts.
bool owns_a_ring();

// One call at a context, during which it is not closed, and the calling thread not cancelled: the
// functions of the interface are no cancellation points. Null if there is no such context.
class Visit {
  public:
    explicit Visit(uintptr_t address);
    ~Visit();
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

    Context* context() const { return context_; }

    // The same; the call is ended by somebody else.
    Context* hand_over() {
        Context* context = context_;
        context_ = nullptr;
        return context;
    }

  private:
    Context* context_;
    int cancel_state_;
};

// Whether nobody has begun to close it.
inline bool lives(const Context& context) {
    return (context.life.load(std::memory_order_seq_cst) & kLives) != 0;
}

// What io_submit writes into the client's block, so that io_cancel need not look for its request:
// the slot's number and one more, because the kernel's key, which a block has before its first
// submission, is 0.
inline uint32_t key_of(const Slot& slot) {
    return slot.number + 1;
}

// The slot that has that key, which may be garbage or another request's by now; null if none has.
inline Slot* slot_of(const Context& context, uint32_t key) {
    return context.slots.at(key - 1);
}

// A slot for one more request, which is counted; null with EAGAIN if the ring has no room for its
// event, or there is no memory.
Slot* open_slot(Context& context);

// The request does not come after all.
void close_slot(Slot& slot);

// Sees to it that the slot stays the same request's until let_go(). False if it is free.
bool hold(Slot& slot);
void let_go(Slot& slot);

// Room for `count` pieces that lives as long as the slot; null if there is no memory.
iovec* pieces_of(Slot& slot, uint64_t count);

// Only for a forked child: no slot exists.
void forget_pieces();

// The engine publishes to slots (request.h, Publish).
void publish_slot(void* slot, ssize_t result, int error);

// The event of a slot is there: brings it to the ring and to those who wait for it.
void bring(Slot& slot);

// Events have arrived: whoever sleeps for some looks again.
void wake_sleepers(Context& context);

// What has come out of the ring's hands: bells are rung, slots free again.
void finish(Arrival* moved);

}  // namespace uaio
