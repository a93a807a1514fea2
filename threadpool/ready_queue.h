// ReadyQueue: what may run now, most urgent first, first come first served among equals.
//
// An array of FIFO lists, one for each level, and a bitmap of the levels that are not empty, so
// push, pop and remove are O(1) whatever is queued. Level 0 is the most urgent. Not synchronised:
// its owner guards it. A zeroed queue is empty.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "threadpool/base/check.h"
#include "threadpool/base/list.h"
#include "threadpool/limits.h"

namespace uaio {

// T derives from Link<Tag>.
template <class T, class Tag>
class ReadyQueue {
  public:
    bool empty() const { return (bitmap_[0] | bitmap_[1]) == 0; }
    size_t size() const { return size_; }

    void push(T& element, int level) {
        UAIO_CHECK(level >= 0 && level < kLevels);
        lists_[level].push_back(element);
        bitmap_[level / 64] |= bit(level);
        ++size_;
    }

    // The first element of the most urgent level, null if nothing is ready.
    T* pop() {
        if (empty()) {
            return nullptr;
        }
        int level =
            bitmap_[0] != 0 ? __builtin_ctzll(bitmap_[0]) : 64 + __builtin_ctzll(bitmap_[1]);
        T* element = lists_[level].front();
        remove(*element, level);
        return element;
    }

    // `element` must have been pushed with that level and not yet left.
    void remove(T& element, int level) {
        lists_[level].remove(element);
        if (lists_[level].empty()) {
            bitmap_[level / 64] &= ~bit(level);
        }
        --size_;
    }

  private:
    static uint64_t bit(int level) { return uint64_t{1} << (level % 64); }

    uint64_t bitmap_[kLevels / 64] = {};
    List<T, Tag> lists_[kLevels];
    size_t size_ = 0;
};

}  // namespace uaio
