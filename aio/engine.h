// Engine: the monitor around the schedule, and the walk of a request through it.
//
//   submitter     express -> publish -> waiting room -> deliver (no lock, no wait), or else
//                 desk -> inbox ------------------.
//   worker        inbox -> schedule -> take       |  under the lock
//                 perform -> publish -> waiting room -> deliver
//                 retire                          |  under the lock, with the next take
//                 or, for a stream that has nothing: park, until the poller makes it ready again
//   canceller     inbox -> schedule -> withdraw   |  under the lock
//                 publish -> waiting room -> deliver
//
// One lock guards the schedule. Workers take it once per request: to retire the last one, to admit
// what has come in, and to take the next. Submitters never take it, so a signal handler that
// interrupts a submitter anywhere can still wait for requests in flight; cancellers take it with
// signals blocked, for the same reason. It is never held across a system call that can block, code
// of the program, or the start of a thread.
//
// Rules. Whoever takes a request out of the schedule (take() or withdraw()) publishes it, once, and
// nobody touches its owner afterwards. A published request still occupies its lane until it is
// retired; aio_cancel counts it as done (state kPublished).
//
// There is one engine that the process has in common, `engine`; it comes up at first use. Programs
// have others besides (set_up(), shut_down()), which have nothing to do with it or each other:
// their own queue, order, threads and set of streams. The first alone knows the environment,
// notifications, lists (Batch), late signals, exit and closing; counters and trace are the
// process's and count all of them.
//
// Six files: engine_submit.cc (submitters), engine.cc (from the first take to the delivery),
// engine_life.cc (the life of the common one: first use, configuration, fork, exit), engine_own.cc
// (of the others), engine_streams.cc (parking), engine_cancel.cc (cancel and close).
#pragma once

#include "aio/desk.h"
#include "aio/express.h"
#include "aio/lane_table.h"
#include "aio/options.h"
#include "aio/perform.h"
#include "aio/readiness.h"
#include "aio/schedule.h"
#include "aio/waiting_room.h"
#include "threadpool/base/inbox.h"
#include "threadpool/base/lock.h"
#include "threadpool/pool.h"

namespace uaio {

// Requests that a door has had prepared and not handed over yet.
struct Chain {
    Request* newest = nullptr;
    Request* oldest = nullptr;

    void add(Request& request) {
        request.inbox_next = newest;
        newest = &request;
        oldest = oldest != nullptr ? oldest : &request;
    }
};

class Engine {
  public:
    // Brings the engine up at first use; cheap afterwards. Doors call it before anything else here
    // except waiting_room().
    void start();

    // Another engine than the common one, instead of start(), once, before anything else.
    void set_up(const Options& options);

    // The end of another engine than the common one: what has not begun is withdrawn, what runs is
    // waited for, and none of its threads touches it afterwards. An owner that is published
    // meanwhile is refused what it submits to this engine (ECANCELED). Called by one thread, which
    // runs no request of this engine, when no thread but the engine's own is in a call here.
    // Afterwards there is only dispose(), which gives back the rest.
    void shut_down();
    void dispose();

    // Another engine than the common one in a forked child: it is as after set_up().
    void reset_own();

    // Settings of aio_init, before or after the first use. What the environment says stays.
    // `requests` is a hint of how many will be outstanding at one time. 0: leave as it is.
    void configure(unsigned threads, unsigned requests, int idle_ms);

    // Everything that a request needs is taken: null with an errno value in `error` (EAGAIN;
    // ECANCELED if the engine is being shut down). The caller marks the owner as in progress and
    // posts it, or drops it.
    Request* prepare(const Submission& submission, int& error);
    void drop(Request& request);

    // Makes a transfer at once if that can be done without waiting and overtaking (express.h).
    // Returns whether it is done: then the owner has been published and told, as by a worker.
    bool run_at_once(const Submission& submission);

    // Hands over a chain of prepared requests, linked by inbox_next from the newest to the oldest:
    // they are admitted in the order in which they were prepared, with nothing between them. If no
    // thread can be had, the caller runs them, and returns when that is done.
    void post(Request& newest, Request& oldest);
    void post(const Chain& chain) {
        if (chain.newest != nullptr) {
            post(*chain.newest, *chain.oldest);
        }
    }

    struct Cancelled {
        size_t withdrawn;  // will not run; published with ECANCELED before cancel() returns
        size_t running;    // will go on
    };

    // For both kinds of cancel: a request that is counted neither way has been published when the
    // call returns. So they may wait for a moment for another thread that is about to publish.

    enum class Wish : uint8_t {
        kNow,   // what cannot be withdrawn now goes on for good
        kFirm,  // but a stream's request will not wait any more: it ends with what it has written,
                // or ECANCELED, now or as soon as the try that is being made has ended
    };

    // Withdraws the request with that number if it serves `owner`.
    Cancelled cancel(uint32_t number, const void* owner, Wish wish = Wish::kNow);

    // Withdraws all requests of `fd` that were submitted before the call.
    Cancelled cancel_all(int fd);

    // Whether `fd` has requests, or has just had some. A few loads; async-signal-safe.
    bool has_requests(int fd) const;

    // For a descriptor that is about to be closed: withdraws what does not run and waits for what
    // does. What outlives it (desk.h) is waited for whether it runs or not, unless it has been
    // tried and its stream has nothing for it, or there is no thread to run it. A stream's write
    // that has been written in part ends with a short count. Does nothing in a child made by vfork.
    // Async-signal-safe.
    void clear_descriptor(int fd);

    // The same for each descriptor from `first` to `last`.
    void clear_descriptors(unsigned first, unsigned last);

    // Whether the request with that number serves `owner` now.
    bool serves(uint32_t number, const void* owner) const { return desk_.serves(number, owner); }

    WaitingRoom& waiting_room() { return waiting_room_; }

    // For a worker that leaves: gives back what a burst of requests has left, if it is over.
    void give_back_memory();

    // The submitter of `batch` has posted all of it.
    void submitted(Batch& batch);

    // The settings in force. Async-signal-safe.
    const Options& options() const { return options_; }

  private:
    __attribute__((constructor)) static void watch_forks();
    void start_once();
    void apply_options();
    static void forked_child();
    void reset();
    static void at_exit();
    void drain();

    static void serve_requests(void* context, Pool::Seat& seat);
    static void serve_calls(void* context, Pool::Seat& seat);
    static bool requests_pending(void* context);
    static bool calls_pending(void* context);
    static void serve_streams(void* context, Pool::Seat& seat);
    static bool streams_pending(void* context);

    bool pending() const;
    bool owes_signals() const;
    bool runs_here() const;
    Request* next_work(Request* done);
    Request* next(Request* done);
    void admit_all() UAIO_REQUIRES(lock_);
    void give_back_waves() UAIO_REQUIRES(lock_);
    void take_along(Request& request) UAIO_REQUIRES(lock_);
    void note_ready() UAIO_REQUIRES(lock_);
    enum class Runner : uint8_t { kWorker, kCaller };

    bool run(Request& request, Runner runner);
    void run_transfers(Request& first);
    void run_syncs(Request& first);
    void end_runs(Request& first, const Outcome& outcome);
    void end_run(Request& request, const Outcome& outcome);
    static void count_performed(Kind kind, const Outcome& outcome);
    bool run_stream(Request& request, Runner runner);
    bool park(Request& request);
    bool is_unwanted(const Request& request);
    bool arm(int fd, Direction direction) UAIO_REQUIRES(lock_);
    bool renew_readiness() UAIO_REQUIRES(lock_);
    void wake_streams();
    void recheck_parked();
    void recheck(Request* request) UAIO_REQUIRES(lock_);
    void look_after();
    std::atomic<bool>* promise_for(const Request& request) const;
    void run_all_here();
    void finish(Request& request, ssize_t result, int error, Starts starts);
    // Returns 0 or an errno value; EINPROGRESS if it is late (signals/notice.h).
    static int deliver(Notice& notice, Starts starts);
    void close(Request& request);
    static void end_batch(Batch& batch, Starts starts);
    // Why requests are withdrawn, and so which are not.
    enum class Cause : uint8_t {
        kCancel,    // not what a stream has taken in part
        kFirm,      // Wish::kFirm
        kClose,     // not what outlives its descriptor, unless it is parked
        kUnserved,  // nobody is there to run what is left
    };

    Cancelled withdraw_all(Lane& lane, Cause cause, uint64_t end, Starts starts);
    uint64_t next_sequence();
    bool withdraw_some(Lane& lane, uint64_t end, Cause cause, Request*& withdrawn,
                       Cancelled& cancelled) UAIO_REQUIRES(lock_);
    bool withdraw(Request& request, Cause cause) UAIO_REQUIRES(lock_);
    void withdraw_parked(Lane& lane, uint64_t end);
    void withdraw_everything();
    bool any_running(const Lane& lane, uint64_t end);
    bool any_unpublished(const Lane& lane, uint64_t end);
    void wait_until_published(Lane& lane, uint64_t end);
    void finish_withdrawn(Lane& lane, Request* last, Starts starts);

    // Constant after the first use, but for configure() and shut_down().
    Options options_;
    Policy policy_ = place_by_conflict;
    Pool::Owner worker_owner_ = {};
    Pool::Owner notifier_owner_ = {};
    Pool::Owner poller_owner_ = {};
    std::atomic<bool> started_{false};
    std::atomic<bool> closing_{false};  // raised under the lock, by shut_down()
    bool has_exit_handler_ = false;
    int process_ = 0;  // whose engine this is; another one's in a child made by vfork

    // Lock-free.
    Desk desk_;
    LaneTable lanes_;
    Inbox<Request> inbox_;
    WaitingRoom waiting_room_;
    Express express_;
    Pool workers_;
    Pool notifiers_;
    Pool pollers_;                   // one thread at most
    std::atomic<size_t> ready_{0};   // requests that may run now, as last counted under the lock
    std::atomic<size_t> parked_{0};  // requests that wait for their stream, likewise

    int64_t next_recheck_ns_ = 0;  // the poller's: when to look at parked requests again

    Lock lock_;
    Schedule schedule_ UAIO_GUARDED_BY(lock_);
    Readiness readiness_;  // guarded by the lock, but for the poller's part

    Lock start_lock_;  // held while the engine starts or is configured
};

extern Engine engine;

// The engines whose requests the thread runs itself, the last one first (Engine::run_all_here()).
struct Running {
    const Engine* engine;
    const Running* outer;
};
[[gnu::tls_model("initial-exec")]] extern constinit thread_local const Running* run_here;

}  // namespace uaio
