// WaitingRoom: where threads sleep until an owner they care about is published.
//
// Concept. One wait word for everybody, and 32 kinds of wake-up. An owner's address hashes to a
// kind; addresses close together share one, because the control blocks that a thread waits for
// mostly lie in one array. A sleeper announces itself under the kinds of all its owners and sleeps
// for these kinds. A publisher wakes the kind of its owner, if anybody is announced there; else it
// pays one load.
//
// No wake-up is lost: the sleeper announces itself and then looks at its owners' status; the
// publisher stores the status and then looks at the announcements; all four are sequentially
// consistent, so at least one of them sees the other. The word's value, read before the look,
// covers the time from the look to the sleep.
//
// No lock, no allocation, no memory per owner or per sleeper: async-signal-safe, any number of
// owners.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "threadpool/base/wait_word.h"

namespace uaio {

class WaitingRoom {
  public:
    static constexpr int kKinds = 32;

    // A sleeper's stay. Leaves at the end of the block.
    class Stay {
      public:
        // `kinds`: the union of kind_of() over the owners; 0 sleeps for nobody in particular.
        Stay(WaitingRoom& room, uint32_t kinds) : room_(room), kinds_(kinds) {
            room_.announce(kinds_, 1);
        }
        ~Stay() { leave(); }
        Stay(const Stay&) = delete;
        Stay& operator=(const Stay&) = delete;

        // Call before looking at the owners; pass the result to sleep().
        uint32_t ticket() const { return room_.word_.load(std::memory_order_seq_cst); }

        // Sleeps unless somebody was published since ticket().
        WaitEnd sleep(uint32_t ticket, int64_t deadline_ns) const {
            return wait_on(room_.word_, ticket, deadline_ns, kinds_ != 0 ? kinds_ : kNobody);
        }

        // The same, and a cancellation point. The clean-up handler must call leave(), because
        // forced unwinding runs no destructors in code without exceptions.
        WaitEnd sleep_cancellable(uint32_t ticket, int64_t deadline_ns) const {
            return wait_on_cancellable(room_.word_, ticket, deadline_ns,
                                       kinds_ != 0 ? kinds_ : kNobody);
        }

        void leave() {
            room_.announce(kinds_, UINT32_MAX);  // adds -1
            kinds_ = 0;
        }

      private:
        WaitingRoom& room_;
        uint32_t kinds_;
    };

    static uint32_t kind_of(const void* owner) {
        // 4 KiB of addresses share a kind; see above.
        auto page = reinterpret_cast<uintptr_t>(owner) >> 12;
        return uint32_t{1} << (static_cast<uint32_t>(page * 0x9e3779b1u) >> 27);
    }

    // `owner`, whose final status has been stored (sequentially consistent), may be waited for. The
    // owner itself is not touched.
    void wake(const void* owner) {
        uint32_t kind = kind_of(owner);
        if (sleepers_[__builtin_ctz(kind)].load(std::memory_order_seq_cst) != 0) {
            word_.fetch_add(1, std::memory_order_seq_cst);
            wake_all(word_, kind);
        }
    }

    // Nobody sleeps. Only for a forked child.
    void reset() {
        for (auto& sleepers : sleepers_) {
            sleepers.store(0, std::memory_order_relaxed);  // no other thread exists
        }
    }

  private:
    // The mask of a futex must not be 0; a sleeper for nobody is woken with others' last kind.
    static constexpr uint32_t kNobody = uint32_t{1} << 31;

    void announce(uint32_t kinds, uint32_t change) {
        for (uint32_t rest = kinds; rest != 0; rest &= rest - 1) {
            sleepers_[__builtin_ctz(rest)].fetch_add(change, std::memory_order_seq_cst);
        }
    }

    WaitWord word_{0};
    std::atomic<uint32_t> sleepers_[kKinds] = {};
};

}  // namespace uaio
