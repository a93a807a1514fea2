// Inbox: many threads put elements in, one at a time takes them all out.
//
// Concept. A stack with one pointer. Putting in is a compare-and-swap, so it takes no lock, cannot
// be blocked by a thread that was preempted or interrupted half-way, and may be done in a signal
// handler that interrupted another put. Taking out detaches the whole stack at once and turns it
// round, so elements come out in the order in which they were put in (the order of the successful
// compare-and-swaps). Because only whole stacks are detached, a reused element does no harm (no
// ABA).
//
// T has a member `T* inbox_next`, which belongs to the inbox from put to take.
#pragma once

#include <atomic>

namespace uaio {

template <class T>
class Inbox {
  public:
    // Puts in a chain: `newest`, linked by inbox_next down to `oldest`. The oldest comes out first
    // and no element of another put comes between.
    void put(T* newest, T* oldest) {
        T* top = top_.load(std::memory_order_relaxed);  // a guess, checked by the exchange
        do {
            oldest->inbox_next = top;
            // Sequentially consistent: ordered before the putter's look at the pool's state, as
            // the worker's change of that state is before its look at empty() (threadpool/pool.h).
            // It also releases the elements to the acquire in take_all().
        } while (!top_.compare_exchange_weak(top, newest, std::memory_order_seq_cst,
                                             std::memory_order_relaxed));
    }

    // Sequentially consistent: pairs with put(), see there.
    bool empty() const { return top_.load(std::memory_order_seq_cst) == nullptr; }

    // All elements, oldest first, linked by inbox_next. Null if there is none.
    T* take_all() {
        if (empty()) {  // spares the write
            return nullptr;
        }
        T* stack = top_.exchange(nullptr, std::memory_order_acquire);  // pairs with put()
        T* first = nullptr;
        while (stack != nullptr) {
            T* below = stack->inbox_next;
            stack->inbox_next = first;
            first = stack;
            stack = below;
        }
        return first;
    }

    // Forgets the contents. Only for a forked child.
    void reset() { top_.store(nullptr, std::memory_order_relaxed); }  // no other thread exists

  private:
    std::atomic<T*> top_{nullptr};
};

}  // namespace uaio
