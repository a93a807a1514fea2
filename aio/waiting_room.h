// WaitingRoom: where threads sleep until an owner they care about is published.
//
// Concept. One wait word for everybody, and 32 kinds of wake-up. An owner's address hashes to a
// kind; addresses close together share one, because the control blocks that a thread waits for
// mostly lie in one array. A sleeper announces the kinds of all its owners and sleeps for these. A
// publisher that finds the kind of its owner announced takes the announcement away and wakes
// everybody who sleeps for it; else it pays one load. So a sleeper is woken once, however many
// owners are published while it is on its way, and whoever still waits announces itself anew:
//
//     do {
//         ticket = room.announce(kinds);
//         if (what I wait for is there) break;
//         room.sleep(ticket, kinds, deadline);
//     } while (what I wait for is not there);
//
// No wake-up is lost. The sleeper announces itself and then looks at its owners' status; the
// publisher stores the status and then looks at the announcements; all four are sequentially
// consistent, so at least one of them sees the other. An announcement that was taken away for
// another owner is followed by a change of the word, and the sleeper has read the word before it
// announced itself: so it does not fall asleep.
//
// Between taking an announcement away and waking, a publisher has the wake-ups of others in its
// hands, so it has all signals blocked: a handler could wait for one of these.
//
// Nobody needs to leave: an announcement that outlives its sleeper costs one wake-up for nobody. No
// lock, no allocation, no memory per owner or per sleeper: async-signal-safe, any number of owners.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "threadpool/base/wait_word.h"

namespace uaio {

class WaitingRoom {
  public:
    static constexpr int kKinds = 32;

    // `kinds`: the union of kind_of() over the owners; 0 sleeps for nobody in particular. Returns a
    // ticket for sleep(), and comes before the look at the owners, each time.
    uint32_t announce(uint32_t kinds) {
        uint32_t ticket = word_.load(std::memory_order_seq_cst);
        announced_.fetch_or(kinds, std::memory_order_seq_cst);
        return ticket;
    }

    // Sleeps unless somebody of these kinds was published since announce().
    WaitEnd sleep(uint32_t ticket, uint32_t kinds, int64_t deadline_ns) {
        return wait_on(word_, ticket, deadline_ns, kinds != 0 ? kinds : kNobody);
    }

    // The same, and a cancellation point.
    WaitEnd sleep_cancellable(uint32_t ticket, uint32_t kinds, int64_t deadline_ns) {
        return wait_on_cancellable(word_, ticket, deadline_ns, kinds != 0 ? kinds : kNobody);
    }

    static uint32_t kind_of(const void* owner) {
        // 4 KiB of addresses share a kind; see above.
        auto page = reinterpret_cast<uintptr_t>(owner) >> 12;
        return uint32_t{1} << (static_cast<uint32_t>(page * 0x9e3779b1u) >> 27);
    }

    // Whether somebody may wait for `owner`, whose final status has been stored (sequentially
    // consistent). The owner itself is not touched.
    bool awaits(const void* owner) const {
        return (announced_.load(std::memory_order_seq_cst) & kind_of(owner)) != 0;
    }

    // Wakes whoever may. All signals are blocked.
    void wake(const void* owner) {
        if (awaits(owner)) {
            uint32_t kind = kind_of(owner);
            announced_.fetch_and(~kind, std::memory_order_seq_cst);
            word_.fetch_add(1, std::memory_order_seq_cst);
            wake_all(word_, kind);
        }
    }

    // Nobody sleeps. Only for a forked child.
    void reset() { announced_.store(0, std::memory_order_relaxed); }  // no other thread exists

  private:
    // The mask of a futex must not be 0; a sleeper for nobody is woken with others' last kind.
    static constexpr uint32_t kNobody = uint32_t{1} << 31;

    WaitWord word_{0};
    std::atomic<uint32_t> announced_{0};  // kinds that somebody may sleep for
};

}  // namespace uaio
