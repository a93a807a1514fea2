// Crew: a pool at work, with the queue that an engine would keep: an inbox into which anybody puts
// jobs, and a list under a lock from which the threads take them.
//
//     Crew& crew = Crew::hire({.threads_max = 2});
//     Job job([] { ... });
//     crew.post(job);                  // or put() and pool.notify() one by one
//     crew.wait_for([&] { return job.runs == 1; });
//     crew.dismiss();
//
// A crew lives until the program ends, because its threads look at it to their own end. A job must
// live until it has run.
#pragma once

#include <stdint.h>

#include <atomic>
#include <functional>
#include <utility>

#include "tests/support/bell.h"
#include "threadpool/base/inbox.h"
#include "threadpool/base/list.h"
#include "threadpool/base/lock.h"
#include "threadpool/pool.h"

namespace uaio::test {

struct JobTag {};

struct Job : Link<JobTag> {
    explicit Job(std::function<void()> work = [] {}) : body(std::move(work)) {}

    Job* inbox_next = nullptr;
    std::function<void()> body;     // may end its thread, if the crew runs program code
    std::atomic<unsigned> runs{0};  // counted when the body has ended; then the job may go
    Bell* bell = nullptr;           // rung after that
};

class Crew {
  public:
    struct Terms {
        unsigned threads_max = 1;
        int64_t idle_ns = 0;
        size_t stack_bytes = kStackBytes;
        bool runs_program_code = false;
    };

    static constexpr int64_t kForEverNs =
        3600 * kNsPerSecond;  // an idle time that no test sees end

    static Crew& hire(const Terms& terms);

    // Makes a job visible to the pool without a word.
    void put(Job& job);

    // Puts a job and notifies. If no thread can be had the caller does what there is to do.
    void post(Job& job);

    // Takes and does jobs in the calling thread until there are none.
    void do_all();

    // Waits until `condition` holds. It is looked at after every event of the pool and every job.
    void wait_for(const std::function<bool()>& condition);

    // Waits until all threads have left by themselves, once there are no more jobs.
    void wait_until_gone();

    // Stops the pool: its threads do what is there and leave, however long their idle time.
    void dismiss();

    // No threads and no jobs. Only for a forked child.
    void reset();

    Pool pool;

    // Called by the threads of the pool: when one begins to serve or begins again; when it finds
    // nothing more to serve; when the pool has looked whether there is work, and has its answer.
    std::function<void()> at_begin;
    std::function<void()> at_end;
    std::function<void()> at_look;

    // Called by a thread that has done a job and has told the pool that it looks for more.
    std::function<void()> at_search;

    // Whether a thread must stay; unset: no.
    std::function<bool()> at_need;

    std::atomic<unsigned> started{0};
    std::atomic<unsigned> left{0};
    std::atomic<unsigned> refused{0};
    std::atomic<unsigned> woken{0};
    std::atomic<unsigned> threads_seen{0};  // most that were alive at once, as events tell it
    std::atomic<unsigned> inside_seen{0};   // most that were at work at once
    std::atomic<int64_t> left_ns{0};        // when the last one left

  private:
    explicit Crew(const Terms& terms);

    static void serve(void* self, Pool::Seat& seat);
    static bool pending(void* self);
    static bool needed(void* self);
    static void observe(void* self, Pool::Event event, unsigned threads);

    bool has_jobs() const;
    Job* next();
    void work(Job& job);
    void ended(Job& job);
    void note(Pool::Event event, unsigned threads);

    Pool::Owner owner_;
    Inbox<Job> inbox_;
    std::atomic<size_t> ready_{0};  // length of jobs_
    std::atomic<unsigned> inside_{0};
    Bell changes_;

    Lock lock_;
    List<Job, JobTag> jobs_ UAIO_GUARDED_BY(lock_);
    size_t jobs_count_ UAIO_GUARDED_BY(lock_) = 0;
};

}  // namespace uaio::test
