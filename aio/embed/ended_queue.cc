#include "aio/embed/ended_queue.h"

#include <errno.h>

#include "threadpool/base/signal_block.h"

namespace uaio {
namespace {

uaio_operation* next_of(const uaio_operation& operation) {
    return static_cast<uaio_operation*>(operation.link);
}

int64_t deadline_in(int64_t timeout_ns) {
    int64_t now = now_ns();
    return timeout_ns < 0 || timeout_ns > kNever - now ? kNever : now + timeout_ns;
}

}  // namespace

void EndedQueue::put(uaio_operation& operation) {
    uaio_operation* top = top_.load(std::memory_order_relaxed);  // checked by the exchange
    do {
        operation.link = top;
        // Sequentially consistent: before the looks below. Releases the operation to collect().
    } while (!top_.compare_exchange_weak(top, &operation, std::memory_order_seq_cst,
                                         std::memory_order_relaxed));
    if (room_.awaits(this)) {
        SignalBlock block;
        room_.wake(this);
    }
    if (dark_.load(std::memory_order_seq_cst)) {  // pairs with show()
        SignalBlock block;
        Hold hold(lock_);
        show();
    }
}

size_t EndedQueue::wait(uaio_operation** ended, size_t min, size_t max, int64_t timeout_ns,
                        int& error) {
    uint32_t kind = WaitingRoom::kind_of(this);
    bool waits = min > 0 && timeout_ns != 0;
    int64_t deadline = waits ? deadline_in(timeout_ns) : 0;
    WaitEnd end = waits ? WaitEnd::kWoken : WaitEnd::kTimedOut;
    size_t taken = 0;
    for (;;) {
        uint32_t ticket = waits ? room_.announce(kind) : 0;
        taken += take(ended + taken, max - taken);
        if (taken >= min || end != WaitEnd::kWoken) {
            break;
        }
        end = room_.sleep(ticket, kind, deadline);
    }
    error = taken >= min ? 0 : end == WaitEnd::kTimedOut ? ETIMEDOUT : EINTR;
    return taken;
}

size_t EndedQueue::take(uaio_operation** ended, size_t max) {
    SignalBlock block;
    Hold hold(lock_);
    collect();
    size_t taken = 0;
    for (; taken < max && first_ != nullptr; ++taken) {
        ended[taken] = first_;
        first_ = next_of(*first_);
    }
    show();
    return taken;
}

// What is on the stack goes behind the list, the oldest first.
void EndedQueue::collect() {
    // Sequentially consistent: after the taker's announcement. Spares the write.
    if (top_.load(std::memory_order_seq_cst) == nullptr) {
        return;
    }
    uaio_operation* newest = top_.exchange(nullptr, std::memory_order_acquire);  // pairs with put()
    uaio_operation* oldest = nullptr;
    for (uaio_operation* each = newest; each != nullptr;) {
        uaio_operation* below = next_of(*each);
        each->link = oldest;
        oldest = each;
        each = below;
    }
    if (first_ == nullptr) {
        first_ = oldest;
    } else {
        last_->link = oldest;
    }
    last_ = newest;
}

// Sequentially consistent: after `dark_` was set.
bool EndedQueue::is_empty() const {
    return first_ == nullptr && top_.load(std::memory_order_seq_cst) == nullptr;
}

// The descriptor says what is so.
void EndedQueue::show() {
    while (beacon_.is_open()) {
        bool dark = dark_.load(std::memory_order_relaxed);  // the lock's
        if (is_empty() == dark) {
            return;
        }
        if (dark) {
            dark_.store(false, std::memory_order_relaxed);  // who misses it looks in vain
            beacon_.light();
        } else {
            beacon_.put_out();
            dark_.store(true, std::memory_order_seq_cst);  // pairs with put()
        }
    }
}

int EndedQueue::descriptor(int& error) {
    SignalBlock block;
    Hold hold(lock_);
    error = 0;
    if (!beacon_.is_open()) {
        error = beacon_.open();
        dark_.store(beacon_.is_open(), std::memory_order_seq_cst);  // pairs with put()
    }
    show();
    return beacon_.descriptor();
}

void EndedQueue::reset() UAIO_UNCHECKED {
    lock_.reset();
    room_.reset();
    top_.store(nullptr, std::memory_order_relaxed);  // nobody else uses it
    dark_.store(false, std::memory_order_relaxed);
    first_ = last_ = nullptr;
    beacon_.close();
}

}  // namespace uaio
