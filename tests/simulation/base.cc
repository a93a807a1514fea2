// The simulated back ends of threadpool/base: waiting, threads, memory, the clock; and the
// functions of the C library that the engine calls directly.
#include <errno.h>
#include <sys/mman.h>

#include "tests/simulation/faults.h"
#include "tests/simulation/world.h"
#include "threadpool/base/check.h"
#include "threadpool/base/lock.h"
#include "threadpool/base/pages.h"
#include "threadpool/base/thread.h"
#include "threadpool/base/wait_word.h"

namespace uaio {

using sim::faults;
using sim::world;

// --- check.h ----------------------------------------------------------------------------------

void check_failed(const char* file, int line, const char* condition) {
    world.fail("%s:%d: broken invariant: %s", file, line, condition);
}

// --- wait_word.h ------------------------------------------------------------------------------

WaitEnd wait_on(WaitWord& word, uint32_t expected, int64_t deadline_ns, uint32_t mask) {
    world.point("wait", &word);
    if (word.peek() != expected) {
        return WaitEnd::kWoken;
    }
    if (deadline_ns <= world.now()) {
        return WaitEnd::kTimedOut;
    }
    switch (world.sleep(&word, mask, deadline_ns)) {
        case sim::SleepEnd::kWoken:
            return WaitEnd::kWoken;
        case sim::SleepEnd::kTimedOut:
            return WaitEnd::kTimedOut;
        case sim::SleepEnd::kInterrupted:
            sim::handle_signal();
            return WaitEnd::kInterrupted;
    }
    return WaitEnd::kWoken;
}

WaitEnd wait_on_cancellable(WaitWord& word, uint32_t expected, int64_t deadline_ns, uint32_t mask) {
    return wait_on(word, expected, deadline_ns, mask);
}

void wake_one(WaitWord& word) {
    world.point("wake one", &word);
    world.wake(&word, kEveryKind, 1);
}

void wake_all(WaitWord& word, uint32_t mask) {
    world.point("wake all", &word);
    world.wake(&word, mask, SIZE_MAX);
}

void forget_waiters() {}

// --- thread.h ---------------------------------------------------------------------------------

int start_thread(const ThreadStart& start) {
    world.point("start a thread", nullptr);
    if (!world.current()->may_start_threads) {
        world.fail("starts a thread in an async-signal-safe function");
    }
    if (world.one_in(faults.no_thread_one_in)) {
        world.trace("there is no thread to be had");
        return EAGAIN;
    }
    sim::Fiber& fiber = world.spawn("thread", [&start] { start.main(start.context); });
    sigfillset(&fiber.blocked);
    return 0;
}

void name_thread(const char* prefix, unsigned number) {
    world.current()->name = prefix + std::to_string(number);
}

int thread_number() {
    return 0;
}

unsigned usable_cpus() {
    return 2;
}

// --- pages.h ----------------------------------------------------------------------------------

void* map_pages(size_t bytes) {
    world.point("map memory", nullptr);
    if (world.one_in(faults.no_memory_one_in)) {
        world.trace("there is no memory");
        return nullptr;
    }
    return sim::take_memory(bytes);
}

void discard_pages(void*, size_t) {}

// Nobody may touch them again.
void unmap_pages(void* pages, size_t bytes) {
    world.point("unmap memory", nullptr);
    if (mprotect(pages, bytes, PROT_NONE) != 0) {
        world.fail("memory that cannot be taken away");
    }
}

}  // namespace uaio

// --- the C library ----------------------------------------------------------------------------

namespace uaio::sim {

void point(const char* what, const volatile void* where) {
    world.point(what, where);
}

bool fails_for_no_reason() {
    return world.current() != nullptr && world.one_in(64);
}

void handle_signal() {
    Fiber& fiber = *world.current();
    fiber.in_handler = true;
    world.trace("a signal ends the sleep");
    fiber.handler();
    fiber.in_handler = false;
}

Faults faults;

namespace {

uint64_t sometimes(uint64_t one_in) {
    return world.one_in(3) ? one_in : 0;
}

}  // namespace

void choose_faults(bool queue) {
    faults = {.no_thread_one_in = world.one_in(8) ? 1 : sometimes(3),
              .no_memory_one_in = world.one_in(8) ? 8 : uint64_t{0},
              .interrupted_one_in = sometimes(4),
              .io_error_one_in = sometimes(6),
              .short_one_in = sometimes(3),
              .queue_full_one_in = queue ? sometimes(3) : 0,
              .set_lost_one_in = world.one_in(6) ? 4 : uint64_t{0}};
}

void* take_memory(size_t bytes) {
    constexpr uintptr_t kStart = uintptr_t{1} << 44;
    constexpr size_t kRoom = size_t{1} << 30;
    constexpr size_t kPage = 4096;
    static char* next = nullptr;
    if (next == nullptr) {
        next = static_cast<char*>(
            mmap(reinterpret_cast<void*>(kStart), kRoom, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0));
        if (next != reinterpret_cast<char*>(kStart)) {
            world.fail("the addresses of the simulated memory are taken");
        }
    }
    char* taken = next;
    next += (bytes + kPage - 1) / kPage * kPage;
    return taken;
}

}  // namespace uaio::sim

using uaio::sim::world;

extern "C" {

// Lock::acquire() is called by way of this (BUILD). Of what would wait for ever if a handler came
// while the lock is held, few schedules have the handler; all of them break the rule of lock.h.
void uaio_real_acquire(uaio::Lock& lock) __asm__("__real__ZN4uaio4Lock7acquireEv");
void uaio_sim_acquire(uaio::Lock& lock) __asm__("__wrap__ZN4uaio4Lock7acquireEv");
void uaio_sim_acquire(uaio::Lock& lock) {
    const uaio::sim::Fiber* fiber = world.current();
    if (fiber != nullptr && sigismember(&fiber->blocked, SIGUSR1) == 0) {
        world.fail("takes a lock where a signal handler may interrupt it");
    }
    uaio_real_acquire(lock);
}

// A schedule is one process's.
int uaio_sim_atfork(void (*)(), void (*)(), void (*)()) {
    return 0;
}

int uaio_sim_clock_gettime(clockid_t, timespec* now) {
    now->tv_sec = static_cast<time_t>(world.now() / 1'000'000'000);
    now->tv_nsec = static_cast<long>(world.now() % 1'000'000'000);
    return 0;
}

// A thread with attributes of the program's.
int uaio_sim_create(pthread_t*, const pthread_attr_t*, void* (*run)(void*), void* argument) {
    world.point("create a thread with attributes", nullptr);
    if (world.one_in(uaio::sim::faults.no_thread_one_in)) {
        return EAGAIN;
    }
    auto& fiber = world.spawn("own thread", [run, argument] { run(argument); });
    fiber.blocked = world.current()->blocked;
    return 0;
}

int uaio_sim_detach(pthread_t) {
    return 0;
}

int uaio_sim_key_create(pthread_key_t* key, void (*destroy)(void*)) {
    *key = 0;
    world.destroy_specific = destroy;
    return 0;
}

int uaio_sim_setspecific(pthread_key_t, const void* value) {
    world.current()->specific = const_cast<void*>(value);
    return 0;
}

int uaio_sim_sigmask(int how, const sigset_t* set, sigset_t* before) {
    uaio::sim::Fiber* fiber = world.current();
    if (fiber == nullptr) {
        return 0;
    }
    world.point("change the signal mask", nullptr);
    if (before != nullptr) {
        *before = fiber->blocked;
    }
    if (set != nullptr && how == SIG_SETMASK) {
        fiber->blocked = *set;
    }
    return 0;
}
}
