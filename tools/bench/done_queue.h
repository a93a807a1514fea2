// DoneQueue: ends of operations on their way from the threads that made them to the submitter.
#pragma once

#include <condition_variable>
#include <mutex>
#include <vector>

#include "tools/bench/driver.h"

namespace uaio::bench {

class DoneQueue {
  public:
    // Never holds more than `slots` entries.
    explicit DoneQueue(size_t slots) : ring_(slots) {}

    // From any thread. The queue may be destroyed as soon as the last entry was taken, so the
    // lock is kept while the submitter is woken.
    void put(const Done& done) {
        std::lock_guard lock(mutex_);
        ring_[put_++ % ring_.size()] = done;
        if (put_ - taken_ == 1) filled_.notify_one();
    }

    // Waits for an entry. From the submitter alone.
    Done take() {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [this] { return put_ != taken_; });
        return ring_[taken_++ % ring_.size()];
    }

  private:
    std::mutex mutex_;
    std::condition_variable filled_;
    std::vector<Done> ring_;
    size_t put_ = 0;
    size_t taken_ = 0;
};

}  // namespace uaio::bench
