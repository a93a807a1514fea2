// Registry: the channels of a context, for those that concern all of them. Shared by the context's
// service and its channels, so that a channel may go whenever it likes, on whatever thread.
//
// While it goes it may look at the context, by its executor. So whoever asks for all of them, to
// destroy the context or to fork, waits for those that are just going; but not for one that
// destroys the context itself, as an executor that owns it does.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace uaio::asio::detail {

class Registry;

class Registered {
  public:
    virtual bool try_acquire() = 0;  // one more reference, unless there are none left
    virtual bool is_in_use() const = 0;

  protected:
    virtual ~Registered() = default;

  private:
    friend class Registry;

    // The registry's.
    std::atomic<std::thread::id> goes_on_{};
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

    // There is no reference to it any more; remove() follows.
    void goes(Registered& entry) {
        // Relaxed: a thread asks for its own alone.
        entry.goes_on_.store(std::this_thread::get_id(), std::memory_order_relaxed);
    }

    void remove(Registered& entry) {
        std::lock_guard lock(mutex_);
        unlink(entry);
        removed_.notify_all();
    }

    // All that are in use, with a reference to each for the caller. There are no others afterwards.
    std::vector<Registered*> all() {
        std::unique_lock lock(mutex_);
        std::vector<Registered*> found;
        for (Registered* each = first_; each != nullptr; each = each->after_) {
            if (each->try_acquire()) {
                found.push_back(each);
            }
        }
        if (process_ == ::getpid()) {  // in a child nobody is there to go on
            removed_.wait(lock, [this] { return !any_goes_elsewhere(); });
        }
        return found;
    }

    // In the parent and in the child, where nobody goes on with what was going.
    void has_forked() {
        std::lock_guard lock(mutex_);
        if (process_ == ::getpid()) {
            return;
        }
        process_ = ::getpid();
        for (Registered* each = first_; each != nullptr; each = each->after_) {
            if (!each->is_in_use()) {
                unlink(*each);
            }
        }
    }

  private:
    void unlink(const Registered& entry) {
        (entry.before_ != nullptr ? entry.before_->after_ : first_) = entry.after_;
        if (entry.after_ != nullptr) {
            entry.after_->before_ = entry.before_;
        }
    }

    bool any_goes_elsewhere() const {
        for (Registered* each = first_; each != nullptr; each = each->after_) {
            if (!each->is_in_use() && each->goes_on_.load(std::memory_order_relaxed) !=
                                          std::this_thread::get_id()) {  // as in goes()
                return true;
            }
        }
        return false;
    }

    std::mutex mutex_;
    std::condition_variable removed_;
    pid_t process_ = ::getpid();  // whose threads they are
    Registered* first_ = nullptr;  // guarded by mutex_
};

}  // namespace uaio::asio::detail
