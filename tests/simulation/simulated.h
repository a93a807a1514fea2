// Compiled in front of every source of the engine (-include) when it is built for the simulation.
//
// The sources stay as they are. What they call std::atomic becomes a type whose every operation is
// a point at which the simulated scheduler may let another thread run, and the few functions of the
// C library that they call directly become those of the simulated system. All else that touches
// the system lies behind the platform contracts, whose simulated back ends are linked instead
// (base.cc, system.cc, disk.cc).
//
// Everything runs in one real thread, so the simulation explores interleavings of sequentially
// consistent steps. What the memory orders allow beyond that is for tests/model and the thread
// sanitizer to say.
#pragma once

// Before `atomic` means something else: these name std::atomic or what is replaced below.
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace uaio::sim {

// Here another thread may run. `what` and `where` are for the printed walk.
void point(const char* what, const volatile void* where = nullptr);

// Whether a weak compare-and-exchange is to fail for no reason.
bool fails_for_no_reason();

// `value` is stored to a control block's error word, or to a word of a ring; it is looked at.
void status_stored(const void* word, long value);
void status_looked_at(const void* word);

}  // namespace uaio::sim

// In std, because that is where the engine's sources look for it.
namespace std {

template <class T>
class simulated_atomic {
  public:
    constexpr simulated_atomic() = default;
    constexpr simulated_atomic(T value) : value_(value) {}
    simulated_atomic(const simulated_atomic&) = delete;
    simulated_atomic& operator=(const simulated_atomic&) = delete;

    T load(memory_order) const {
        uaio::sim::point("load", this);
        return value_;
    }
    void store(T value, memory_order) {
        uaio::sim::point("store", this);
        value_ = value;
    }
    T exchange(T value, memory_order) {
        uaio::sim::point("exchange", this);
        return replace(value);
    }
    T fetch_add(T change, memory_order) {
        uaio::sim::point("add", this);
        return replace(static_cast<T>(value_ + change));
    }
    T fetch_sub(T change, memory_order) {
        uaio::sim::point("subtract", this);
        return replace(static_cast<T>(value_ - change));
    }
    T fetch_or(T bits, memory_order) {
        uaio::sim::point("set bits", this);
        return replace(value_ | bits);
    }
    T fetch_and(T bits, memory_order) {
        uaio::sim::point("clear bits", this);
        return replace(value_ & bits);
    }
    bool compare_exchange_strong(T& expected, T value, memory_order, memory_order = {}) {
        uaio::sim::point("compare and exchange", this);
        return change_if(expected, value);
    }
    bool compare_exchange_weak(T& expected, T value, memory_order, memory_order = {}) {
        uaio::sim::point("compare and exchange", this);
        if (uaio::sim::fails_for_no_reason()) {
            expected = value_;
            return false;
        }
        return change_if(expected, value);
    }

    // For the simulated system itself: nobody runs in between.
    T peek() const { return value_; }

  private:
    T replace(T value) {
        T before = value_;
        value_ = value;
        return before;
    }
    bool change_if(T& expected, T value) {
        bool same = value_ == expected;
        expected = value_;
        value_ = same ? value : value_;
        return same;
    }

    T value_ = {};
};

// The engine uses it for the error words of control blocks alone, the libaio door for its rings.
template <class T>
class simulated_atomic_ref {
  public:
    explicit simulated_atomic_ref(T& word) : word_(word) {}

    T load(memory_order) const {
        uaio::sim::point("look at a status", &word_);
        uaio::sim::status_looked_at(&word_);
        return word_;
    }
    void store(T value, memory_order) {
        uaio::sim::point("store a status", &word_);
        uaio::sim::status_stored(&word_, value);
        word_ = value;
    }

  private:
    T& word_;
};

}  // namespace std

#define atomic simulated_atomic
#define atomic_ref simulated_atomic_ref

extern "C" {
int uaio_sim_atfork(void (*prepare)(), void (*parent)(), void (*child)());
int uaio_sim_clock_gettime(clockid_t clock, timespec* now);
int uaio_sim_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*),
                    void* argument);
int uaio_sim_detach(pthread_t thread);
int uaio_sim_fcntl(int fd, int command, ...);
int uaio_sim_key_create(pthread_key_t* key, void (*destroy)(void*));
int uaio_sim_setspecific(pthread_key_t key, const void* value);
int uaio_sim_sigmask(int how, const sigset_t* set, sigset_t* before);
}

#define clock_gettime uaio_sim_clock_gettime
#define fcntl uaio_sim_fcntl
#define pthread_atfork uaio_sim_atfork
#define pthread_create uaio_sim_create
#define pthread_detach uaio_sim_detach
#define pthread_key_create uaio_sim_key_create
#define pthread_setspecific uaio_sim_setspecific
#define pthread_sigmask uaio_sim_sigmask
