// Outstanding: a channel's way there. The operations that have been submitted and not been
// collected on their way back, in order of submission; those with a cancellation slot also by their
// keys. Whoever cancels looks for an operation here, and as long as it is here it does not end.
//
// Guarded by the channel.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>

#include <uaio/asio/detail/operation.hpp>

namespace uaio::asio::detail {

class Outstanding {
  public:
    // Linked by `after`, and back by `before`.
    Operation* first() const { return first_; }
    Operation* last() const { return last_; }

    // If it throws (std::bad_alloc), nothing has changed.
    void add(Operation& operation) {
        if (operation.key != 0) {
            keys_.emplace(operation.key, &operation);
        }
        operation.before = last_;
        (last_ != nullptr ? last_->after : first_) = &operation;
        last_ = &operation;
    }

    void remove(Operation& operation) {
        (operation.before != nullptr ? operation.before->after : first_) = operation.after;
        (operation.after != nullptr ? operation.after->before : last_) = operation.before;
        if (operation.key != 0) {
            keys_.erase(operation.key);
        }
    }

    // Null if there is none with that key any more.
    Operation* find(std::uint64_t key) const {
        auto found = keys_.find(key);
        return found != keys_.end() ? found->second : nullptr;
    }

    // All of them, which are not here afterwards.
    Operation* take_all() {
        last_ = nullptr;
        keys_.clear();
        return std::exchange(first_, nullptr);
    }

  private:
    Operation* first_ = nullptr;
    Operation* last_ = nullptr;
    std::unordered_map<std::uint64_t, Operation*> keys_;
};

}  // namespace uaio::asio::detail
