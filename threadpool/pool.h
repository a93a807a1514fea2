// Pool: threads that come when there is work, sleep when there is none, and leave when they have
// slept for long. It knows nothing of what the work is: its owner keeps the queue.
//
//     // owner, once                        // anybody, after making work visible
//     pool.configure({...});                if (!pool.notify()) { /* no thread can be had */ }
//
// The owner's `serve` takes and does work until there is none. After each take it calls `found()`,
// before it does the work; so the pool can see to it that the next piece does not wait for this
// one. A thread that is done with a piece says that it is about to look for the next (`search()`),
// so that nobody is woken for what has come meanwhile.
//
// No wake-up is lost. One word counts the threads, and those of them that are idle or searching; a
// searching thread is one that has promised to look at the queue once more after it stops
// searching. Every change of the word is a sequentially consistent read-modify-write.
//   - notify() comes after the work was made visible. If it sees a searcher it returns: the
//   searcher's
//     change of the word comes later, and after that change it looks (found(), rest()).
//   - If it sees an idle thread, it takes it off the count and posts a token for it. If all threads
//     are busy, and no more may be started, each of them looks before it sleeps (rest()).
//
// A thread that is being started counts as searching already (and as starting): if it does not
// come, whoever wanted to start it finds out, and looks instead of it or tells its owner
// (notify()).
//
// The word never counts a thread both idle and searching, and tokens equal the idle threads that
// have been taken off the count and have not yet awakened.
//
// The end (stop()). A bit of the word says that the pool is stopped, so no change that adds a
// thread is made after it. While it is set and a thread sleeps, another one is awake that will wake
// one: who stops the pool wakes the first, and each that leaves wakes the next before it is gone. A
// second count has the threads that are made and not gone: it is raised before a thread is made,
// and to lower it is the last thing that a thread does with the pool.
#pragma once

#include <stdint.h>

#include <atomic>

#include "threadpool/base/thread.h"
#include "threadpool/base/wait_word.h"
#include "threadpool/limits.h"

namespace uaio {

class Pool {
  public:
    // A thread's place in the pool, on its stack.
    class Seat;

    enum class Event { kStarted, kLeft, kRefused, kWoken };

    struct Owner {
        const char* name;  // of the threads, a number is added
        void* context;
        // Takes and does work until there is none; calls seat.found() after each take.
        void (*serve)(void* context, Seat& seat);
        // Whether there is work to take; sequentially consistent with making it visible. May take
        // a lock, unless ensure() is used.
        bool (*pending)(void* context);
        // Whether work is certain to come, made visible by somebody who may not start a thread for
        // it (wake()): one thread that is free then must stay, however long it has been idle.
        // Null: no. Sequentially consistent like `pending`.
        bool (*needed)(void* context);
        // Counts what happens; called in any thread, must not block. `threads`: alive now.
        void (*observe)(void* context, Event event, unsigned threads);
        size_t stack_bytes;  // of a thread, see ThreadStart
        // Whether `serve` runs code of the program, which may end its thread (pthread_exit): the
        // pool then notices by a thread-specific key, and puts another thread in its place if one
        // is wanted.
        bool runs_program_code;
    };

    class Seat {
      public:
        // The thread is about to look for work, at once: from now on nobody has to be woken for
        // what is made visible. It should do nothing else in between, because others rely on it.
        void search();

        // The thread has taken a piece of work: somebody else looks after the rest.
        void found();

        // The thread is about to be busy for as long as the program likes: if one is `needed`,
        // another one is free meanwhile, unless the system refuses to start one.
        void leave_another();

        // False in the child of a fork that the thread's own work has made: there the thread lives
        // on, but the pool has forgotten it, and it must leave.
        bool valid() const;

      private:
        friend class Pool;
        explicit Seat(Pool& pool);

        Pool& pool_;
        const unsigned life_;  // of the pool, see reset()
        bool searching_ = true;
    };

    // Before the first notify(). `owner` must live as long as the pool.
    void configure(const Owner& owner, unsigned threads_max, int64_t idle_ns);

    // Change the limits at any time. Threads above a lowered maximum leave when they become idle.
    void set_threads_max(unsigned threads_max);
    void set_idle_ns(int64_t idle_ns);

    // Sees to it that a thread looks at the queue after this call: wakes one, starts one, or knows
    // one that will. False if the pool has no thread and the system refuses to start one; then
    // nobody will look. Lock-free except where it starts a thread (pthread_create).
    bool notify();

    // The same, but starts no thread: if none is free, one that is busy looks when it is done.
    // False if the pool has no thread. Async-signal-safe.
    bool wake();

    // Sees to it that a thread is free, which one stays as long as it is `needed`; or one that is
    // busy, if no more may be started or the system refuses to. False if the pool has no thread.
    // notify() may rely on a thread that another is about to start, and leave the work to that one
    // if none comes; this waits for what becomes of it.
    bool ensure();

    unsigned threads() const;

    // Those of them that neither sleep nor look for work, as they were at one moment.
    unsigned busy() const;

    // No thread comes any more, and those that are here leave when they have no work, whatever the
    // idle time; waits until they have. Afterwards they touch neither the pool nor its owner.
    // Nothing may be `needed`. Who else calls the pool meanwhile, or afterwards, is told by
    // notify() and ensure() that all is well, but nobody looks at what he has made visible; the
    // pool must outlive his call.
    void stop();

    // The pool has no threads, and is not stopped. Only for a forked child.
    void reset();

  private:
    static void thread_main(void* pool);
    static void thread_lost(void* pool);

    bool full(uint64_t state) const;
    bool wake_idle(uint64_t& state);
    bool claim_thread();
    bool start_counted(uint64_t& state);
    void live();
    void run(Seat& seat);
    bool rest(Seat& seat);
    bool sleep(Seat& seat);
    bool take_token();
    enum class Leaving : uint8_t { kLeft, kCameBack, kNotNow };
    Leaving leave(Seat& seat);
    bool claim_idle();
    bool start();
    void wake_next();
    void depart();
    bool pending() const { return owner_->pending(owner_->context); }
    // Relaxed: in the child nobody else reads it, in the parent nobody writes it.
    unsigned life() const { return life_.load(std::memory_order_relaxed); }
    bool needed() const { return owner_->needed != nullptr && owner_->needed(owner_->context); }
    void observe(Event event) const { owner_->observe(owner_->context, event, threads()); }

    const Owner* owner_ = nullptr;
    ThreadStart start_ = {};
    pthread_key_t lost_key_ = 0;
    bool has_lost_key_ = false;

    // threads | idle << 16 | searching << 32 | starting << 48 | stopped << 63
    std::atomic<uint64_t> state_{0};
    WaitWord tokens_{0};   // wake-ups posted and not yet taken
    WaitWord starts_{0};   // attempts to start a thread that have ended
    WaitWord present_{0};  // threads that are made and not gone
    std::atomic<unsigned> threads_max_{1};
    std::atomic<int64_t> idle_ns_{0};
    std::atomic<unsigned> names_{0};  // number of the next thread
    std::atomic<unsigned> life_{0};   // changed only by reset()
};

}  // namespace uaio
