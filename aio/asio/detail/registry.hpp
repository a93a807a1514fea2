// Registry: the channels of a context, for those that concern all of them. Shared by the context's
// service and its channels, so that a channel may go whenever it likes.
#pragma once

#include <mutex>
#include <vector>

namespace uaio::asio::detail {

class Registry;

class Registered {
  public:
    virtual void acquire() = 0;      // one more reference
    virtual bool try_acquire() = 0;  // the same, unless there are none left
    virtual void release_reference() = 0;

  protected:
    virtual ~Registered() = default;

  private:
    friend class Registry;

    // The registry's.
    Registered* before_ = nullptr;
    Registered* after_ = nullptr;
};

class Registry {
  public:
    void add(Registered& entry) {
        std::lock_guard lock(mutex_);
        entry.after_ = first_;
        if (first_ != nullptr) {
            first_->before_ = &entry;
        }
        first_ = &entry;
    }

    void remove(Registered& entry) {
        std::lock_guard lock(mutex_);
        (entry.before_ != nullptr ? entry.before_->after_ : first_) = entry.after_;
        if (entry.after_ != nullptr) {
            entry.after_->before_ = entry.before_;
        }
    }

    // All that are in use, with a reference to each for the caller.
    std::vector<Registered*> all() {
        std::lock_guard lock(mutex_);
        std::vector<Registered*> found;
        for (Registered* each = first_; each != nullptr; each = each->after_) {
            if (each->try_acquire()) {
                found.push_back(each);
            }
        }
        return found;
    }

  private:
    std::mutex mutex_;
    Registered* first_ = nullptr;  // guarded by mutex_
};

}  // namespace uaio::asio::detail
