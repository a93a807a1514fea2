// Patience: whether it pays to wait a moment awake for something before sleeping for it.
//
// Falling asleep and being woken cost some microseconds, the waker among them. Who waits for what
// comes sooner than that does better to stay awake; who waits longer wastes what it costs. Which of
// the two it is tends to stay the same for a while, so it is learned: after a few waits in vain,
// only one in 32 tries again. With one CPU nobody has patience, because what is waited for cannot
// happen meanwhile.
//
//     if (!patience.wait([&] { return is_there(); })) {
//         sleep until it is there
//     }
//
// Shared by threads without a lock: a lost update costs a wrong guess. A zeroed one has no patience
// until allow().
#pragma once

#include <sched.h>
#include <stdint.h>

#include <atomic>


namespace uaio {

class Patience {
  public:
    // Whether there is more than one CPU.
    void allow(bool several_cpus) {
        looks_max_.store(several_cpus ? kLooks : 0, std::memory_order_relaxed);
    }

    // Looks until is_there() says so: true; or for about two microseconds, or not at all: false.
    template <class IsThere>
    bool wait(IsThere is_there) {
        if (!is_worth_while()) {
            return false;
        }
        for (int i = looks_max_.load(std::memory_order_relaxed); i > 0; --i) {
            sched_yield();
            if (is_there()) {
                trust_.store(kTrustMax, std::memory_order_relaxed);
                return true;
            }
        }
        uint32_t trust = trust_.load(std::memory_order_relaxed);
        trust_.store(trust > 0 ? trust - 1 : 0, std::memory_order_relaxed);
        return false;
    }

  private:
    static constexpr int kLooks = 16;
    static constexpr uint32_t kTrustMax = 4;
    static constexpr uint32_t kProbeEvery = 32;

    bool is_worth_while() {
        if (trust_.load(std::memory_order_relaxed) > 0) {
            return true;
        }
        uint32_t waits = waits_.load(std::memory_order_relaxed) + 1;
        waits_.store(waits, std::memory_order_relaxed);
        return waits % kProbeEvery == 0;
    }

    // All relaxed: they decide about cost alone.
    std::atomic<int> looks_max_{0};
    std::atomic<uint32_t> trust_{0};
    std::atomic<uint32_t> waits_{0};
};

}  // namespace uaio
