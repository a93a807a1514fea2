#include "aio/libaio/ring.h"

#include <errno.h>
#include <pthread.h>

#include "aio/libaio/limits.h"
#include "threadpool/base/signal_block.h"

namespace uaio {
namespace {

uintptr_t this_thread() {
    return (uintptr_t)pthread_self();  // a number or a pointer
}

// Shared memory is read and written word by word: a client may do so at the same time. (What
// std::atomic_ref does, which not every library has.) Words lie there at multiples of their size,
// though on some processors of 32 bits the type of an event does not say so.
template <class Word>
struct InRing {
    typedef Word Aligned __attribute__((aligned(sizeof(Word))));
};

template <class Word>
Word load(Word& word, std::memory_order order) {
    return __atomic_load_n(reinterpret_cast<typename InRing<Word>::Aligned*>(&word),
                           static_cast<int>(order));
}

template <class Word>
void store(Word& word, Word value, std::memory_order order) {
    __atomic_store_n(reinterpret_cast<typename InRing<Word>::Aligned*>(&word), value,
                     static_cast<int>(order));
}

// Relaxed: the tail releases what is written; the owner has acquired what it reads.
void write_event(IoEvent& to, const IoEvent& event) {
    store(to.data, event.data, std::memory_order_relaxed);
    store(to.block, event.block, std::memory_order_relaxed);
    store(to.result, event.result, std::memory_order_relaxed);
    store(to.result2, event.result2, std::memory_order_relaxed);
}

IoEvent read_event(IoEvent& from) {
    return {load(from.data, std::memory_order_relaxed), load(from.block, std::memory_order_relaxed),
            load(from.result, std::memory_order_relaxed),
            load(from.result2, std::memory_order_relaxed)};
}

void append(Arrival*& chain, Arrival* more) {
    Arrival** end = &chain;
    while (*end != nullptr) {
        end = &(*end)->next;
    }
    *end = more;
}

Arrival* reversed(Arrival* chain) {
    Arrival* turned = nullptr;
    while (chain != nullptr) {
        Arrival* following = chain->next;
        chain->next = turned;
        turned = chain;
        chain = following;
    }
    return turned;
}

// Ends the chain behind that many. Returns the rest.
Arrival* cut(Arrival*& chain, uint32_t length) {
    Arrival** end = &chain;
    for (; length > 0 && *end != nullptr; --length) {
        end = &(*end)->next;
    }
    Arrival* rest = *end;
    *end = nullptr;
    return rest;
}

}  // namespace

int Ring::open(uint32_t events, uint32_t id) {
    size_t bytes = sizeof(RingHeader) + size_t{events} * sizeof(IoEvent);
    bytes = (bytes + kRingPage - 1) / kRingPage * kRingPage;
    if (map_twin(bytes, pages_) != 0) {
        return ENOMEM;
    }
    shared_ = static_cast<RingHeader*>(pages_.own);
    events_ = reinterpret_cast<IoEvent*>(shared_ + 1);
    count_ = static_cast<uint32_t>((bytes - sizeof(RingHeader)) / sizeof(IoEvent));
    *shared_ = {id, count_, 0, 0, kRingMagic, 1, 0, sizeof(RingHeader)};
    // Relaxed: who uses the ring has been told of it by the one who opened it.
    in_flight_.store(0, std::memory_order_relaxed);
    tail_.store(0, std::memory_order_relaxed);
    owner_.store(0, std::memory_order_relaxed);
    in_hand_.store(false, std::memory_order_relaxed);
    arrived_.store(nullptr, std::memory_order_relaxed);
    return 0;
}

void Ring::close(void* client) {
    unmap_twin({client, pages_.own}, sizeof(RingHeader) + size_t{count_} * sizeof(IoEvent));
}

// Untrusted. Acquire pairs with the client's release, so that its reads come before our writes.
uint32_t Ring::head() const {
    uint32_t head = load(shared_->head, std::memory_order_acquire);
    return head < count_ ? head : head % count_;
}

// In this order, an event that moves from the ones in flight to the unread is counted twice rather
// than not at all, and a head that moves makes no room look like a full ring for a moment at worst.
bool Ring::reserve() {
    // Acquire pairs with the release in drain(): what it took off is in the tail.
    uint32_t in_flight = in_flight_.fetch_add(1, std::memory_order_acquire);
    if (in_flight + unread() < count_ - 1) {
        return true;
    }
    unreserve();
    return false;
}

uint32_t Ring::unread() const {
    uint32_t first = head();
    uint32_t last = tail_.load(std::memory_order_acquire);  // pairs with drain()
    return last >= first ? last - first : last + count_ - first;
}

void Ring::arrive(Arrival& arrival) {
    Arrival* top = arrived_.load(std::memory_order_relaxed);  // a guess, checked by the exchange
    do {
        arrival.next = top;
    } while (!arrived_.compare_exchange_weak(top, &arrival, std::memory_order_seq_cst,
                                             std::memory_order_relaxed));
}

bool Ring::try_own() {
    uintptr_t nobody = 0;
    // Acquire pairs with disown(); sequentially consistent for settle().
    return owner_.compare_exchange_strong(nobody, this_thread(), std::memory_order_seq_cst);
}

// False if the owner stays.
bool Ring::own() {
    for (int looks = 1; !try_own(); ++looks) {
        if (looks == kLooks * (kNaps + 1)) {
            return false;
        }
        if (looks % kLooks == 0) {
            wait_on(nap_, nap_.load(std::memory_order_relaxed), now_ns() + kNapNs);
        }
    }
    return true;
}

void Ring::disown() {
    owner_.store(0, std::memory_order_seq_cst);
}

// Relaxed: only this thread stores its own name.
bool Ring::is_interrupted() const {
    return owner_.load(std::memory_order_relaxed) == this_thread();
}

// The owner's.
void Ring::drain(Arrival*& moved) {
    in_hand_.store(true, std::memory_order_relaxed);  // the exchange releases it
    // Acquire pairs with arrive(), release with keeps_events().
    Arrival* chain = reversed(arrived_.exchange(nullptr, std::memory_order_acq_rel));
    if (chain == nullptr) {
        // It has moved nothing. Release pairs with keeps_events(), which then sees the tail of the
        // owner before.
        in_hand_.store(false, std::memory_order_release);
        return;
    }
    uint32_t tail = tail_.load(std::memory_order_relaxed);  // the owner's
    uint32_t count = 0;
    for (Arrival* each = chain; each != nullptr; each = each->next) {
        write_event(events_[tail], each->event);
        tail = following(tail);
        ++count;
    }
    // In this order: a client that reaps by itself moves head as far as the tail that it sees, and
    // a head beyond our own tail would look like a full ring.
    tail_.store(tail, std::memory_order_release);            // pairs with reserve()
    store(shared_->tail, tail, std::memory_order_release);   // pairs with the client's acquire
    in_hand_.store(false, std::memory_order_release);        // pairs with keeps_events()
    in_flight_.fetch_sub(count, std::memory_order_release);  // pairs with reserve()
    append(moved, chain);
}

Arrival* Ring::settle() {
    Arrival* moved = nullptr;
    while (arrived_.load(std::memory_order_seq_cst) != nullptr && try_own()) {
        drain(moved);
        disown();
    }
    return moved;
}

// In this order: what the owner has taken off the stack it has in hand, until the tail says so. All
// three pair with drain().
bool Ring::is_empty() const {
    return arrived_.load(std::memory_order_seq_cst) == nullptr && !keeps_events();
}

bool Ring::keeps_events() const {
    return in_hand_.load(std::memory_order_acquire) ||
           head() != tail_.load(std::memory_order_acquire);
}

Ring::Taken Ring::take(IoEvent* events, uint32_t events_max, Arrival*& moved) {
    moved = nullptr;
    if (is_interrupted() || !own()) {
        Taken taken = take_arrived(events, events_max, moved);
        append(moved, settle());  // what was put back: the owner may have looked in between
        return taken;
    }
    drain(moved);
    uint32_t count = copy_out(events, events_max);
    disown();
    append(moved, settle());
    return {count, false, false};
}

// The owner's.
uint32_t Ring::copy_out(IoEvent* events, uint32_t events_max) {
    uint32_t first = head();
    uint32_t last = tail_.load(std::memory_order_relaxed);  // the owner's
    uint32_t count = 0;
    while (first != last && count < events_max) {
        events[count++] = read_event(events_[first]);
        first = following(first);
    }
    if (count > 0) {
        store(shared_->head, first, std::memory_order_release);  // pairs with head()
    }
    return count;
}

// Past the owner. Another handler that looks at the stack meanwhile would find nothing and sleep,
// so none may come before the rest has been put back.
Ring::Taken Ring::take_arrived(IoEvent* events, uint32_t events_max, Arrival*& moved) {
    Arrival* rest;
    {
        SignalBlock block;
        moved = reversed(arrived_.exchange(nullptr, std::memory_order_acquire));  // arrive()
        rest = cut(moved, events_max);
        for (Arrival* each = rest; each != nullptr;) {
            Arrival* following = each->next;
            arrive(*each);
            each = following;
        }
    }
    uint32_t count = 0;
    for (Arrival* each = moved; each != nullptr; each = each->next) {
        events[count++] = each->event;
    }
    in_flight_.fetch_sub(count, std::memory_order_release);  // pairs with reserve()
    return {count, true, rest != nullptr};
}

}  // namespace uaio
