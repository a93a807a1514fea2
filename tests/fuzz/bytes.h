// Bytes: an input of a fuzz target, taken apart from the front. Past its end everything is zero, so
// every input is a sound one, and a shorter input does less.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <algorithm>
#include <string>

namespace uaio::fuzz {

class Bytes {
  public:
    Bytes(const uint8_t* data, size_t size) : at_(data), end_(data + size) {}

    bool empty() const { return at_ == end_; }

    // A value of any plain type, as its bytes come.
    template <class T>
    T take() {
        T value;
        fill(&value, sizeof value);
        return value;
    }

    // A number from 0 to `bound` - 1, from one byte.
    size_t below(size_t bound) { return take<uint8_t>() % bound; }

    void fill(void* to, size_t bytes) {
        memset(to, 0, bytes);
        size_t have = std::min(bytes, static_cast<size_t>(end_ - at_));
        if (have > 0) memcpy(to, at_, have);
        at_ += have;
    }

    // What comes before the next zero, which is skipped.
    std::string text() {
        const uint8_t* zero = std::find(at_, end_, 0);
        std::string result(at_, zero);
        at_ = zero == end_ ? end_ : zero + 1;
        return result;
    }

  private:
    const uint8_t* at_;
    const uint8_t* end_;
};

}  // namespace uaio::fuzz
