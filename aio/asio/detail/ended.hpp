// Ended: a channel's way back, on which threads of the engine hand operations to the executor.
//
// The engine's call pushes the operation on a stack and, if no drain has been posted to the
// executor, posts one. A drain runs on the executor: it takes what is on the stack, keeps it in
// order of arrival, and ends one operation; before it calls the handler it posts the next drain if
// there is more. So threads of the engine wake the executor once for as many operations as end
// meanwhile, while each handler still counts as one function of the executor, as run_one() and
// several threads in run() expect.
//
// The drain is a token. Invariant: at any time at most one drain is posted and has not begun to
// draw; and there is one whenever the stack or `ready_` holds an operation. `top_` says both: null
// (no token, nothing on the stack), kDrainPosted (a token, nothing), or the newest operation (a
// token). Whoever changes it from null makes the token; next() gives it up by changing kDrainPosted
// to null, or passes it on. Only the token's holder touches `ready_`.
#pragma once

#include <atomic>
#include <utility>

#include <uaio/asio/detail/operation.hpp>

namespace uaio::asio::detail {

class Ended {
  public:
    // Any thread. Once it is known the operation may be gone. Whether that has made the token: then
    // the caller posts a drain.
    bool push(Operation& operation) {
        Operation* top = top_.load(std::memory_order_relaxed);  // checked by the exchange
        do {
            operation.ended_before = top;
        } while (!top_.compare_exchange_weak(top, &operation, std::memory_order_acq_rel,
                                             std::memory_order_relaxed));
        // Acquire pairs with next(), which gave the token up: `ready_` is empty, and was left
        // alone.
        return top == nullptr;
    }

    // The token's holder, the rest too.

    // Moves what is on the stack behind what is ready, the oldest first; collected(operation) for
    // each.
    template <class Collected>
    void collect(Collected collected) {
        // Acquire pairs with push(): results are there.
        Operation* newest = top_.exchange(drain_posted(), std::memory_order_acq_rel);
        Operation* oldest = nullptr;
        Operation* last = nullptr;
        while (newest != nullptr && newest != drain_posted()) {
            collected(*newest);
            last = last != nullptr ? last : newest;
            newest->after = oldest;
            oldest = newest;
            newest = newest->ended_before;
        }
        if (oldest != nullptr) {
            (ready_ != nullptr ? ready_last_->after : ready_) = oldest;
            ready_last_ = last;
        }
    }

    // The oldest that is ready, or null. The token is given up, or passed on, if there may be more:
    // then the caller posts the next drain.
    Operation* next(bool& more) {
        Operation* operation = ready_;
        if (operation != nullptr) {
            ready_ = operation->after;
        }
        Operation* none = drain_posted();
        // Release pairs with push().
        more = ready_ != nullptr ||
               !top_.compare_exchange_strong(none, nullptr, std::memory_order_acq_rel,
                                             std::memory_order_relaxed);
        return operation;
    }

    // Nobody else is left. What is ready, linked by `after`; what is on the stack is forgotten.
    Operation* take_ready() {
        top_.store(nullptr, std::memory_order_relaxed);
        return std::exchange(ready_, nullptr);
    }

  private:
    static Operation* drain_posted() {
        static char mark;
        return reinterpret_cast<Operation*>(&mark);
    }

    std::atomic<Operation*> top_{nullptr};

    // The token's holder's. Linked by `after`.
    Operation* ready_ = nullptr;
    Operation* ready_last_ = nullptr;
};

}  // namespace uaio::asio::detail
