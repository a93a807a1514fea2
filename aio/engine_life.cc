// The life of the engine that the process has in common, as far as others have it too: first use,
// configuration, fork, exit. The rest of theirs is in engine_own.cc.
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "aio/counters.h"
#include "aio/engine.h"
#include "aio/fork_watch.h"
#include "aio/trace.h"
#include "aio/window.h"
#include "signals/late_signals.h"
#include "signals/notifier.h"
#include "threadpool/base/signal_block.h"
#include "threadpool/base/thread.h"
#include "threadpool/base/wait_word.h"

namespace uaio {
namespace {

void trace_threads(TracePool pool, Pool::Event event, unsigned threads) {
    switch (event) {
        case Pool::Event::kStarted:
            UAIO_STEP(kSpawn, spawn, pool, kNoNumber, threads);
            return;
        case Pool::Event::kLeft:
            UAIO_STEP(kExit, exit, pool, kNoNumber, threads);
            return;
        case Pool::Event::kRefused:
            UAIO_STEP(kRefuse, refuse, pool, kNoNumber, threads);
            return;
        case Pool::Event::kWoken:
            UAIO_STEP(kWake, wake, pool, kNoNumber, threads);
            return;
    }
}

void observe_workers(void* context, Pool::Event event, unsigned threads) {
    trace_threads(TracePool::kWorkers, event, threads);
    switch (event) {
        case Pool::Event::kStarted:
            count(Counter::kWorkersStarted);
            raise_to(counters().workers_max, threads);
            return;
        case Pool::Event::kLeft:
            static_cast<Engine*>(context)->give_back_memory();
            count(Counter::kWorkersLeft);
            return;
        case Pool::Event::kRefused:
            count(Counter::kThreadsRefused);
            return;
        case Pool::Event::kWoken:
            count(Counter::kWakeups);
            return;
    }
}

void observe_notifiers(void*, Pool::Event event, unsigned threads) {
    trace_threads(TracePool::kNotifiers, event, threads);
    switch (event) {
        case Pool::Event::kStarted:
            count(Counter::kNotifiersStarted);
            return;
        case Pool::Event::kLeft:
            count(Counter::kNotifiersLeft);
            return;
        case Pool::Event::kRefused:
            count(Counter::kThreadsRefused);
            return;
        case Pool::Event::kWoken:
            return;
    }
}

void observe_pollers(void*, Pool::Event event, unsigned threads) {
    trace_threads(TracePool::kPollers, event, threads);
    if (event == Pool::Event::kRefused) {
        count(Counter::kThreadsRefused);
    }
}

}  // namespace

// A worker leaves when it has been idle for long: a burst is over, if nothing else is on its way.
void Engine::give_back_memory() {
    {
        Hold hold(lock_);
        if (schedule_.outstanding() != 0 || !inbox_.empty()) {
            return;
        }
        give_back_waves();
    }
    desk_.trim();
}

void Engine::start() {
    // Acquire pairs with the release in start_once().
    if (!started_.load(std::memory_order_acquire)) {
        start_once();
    }
}

// The one constructor of the engine. A handler that is registered while a fork is under way is
// not called in its child (glibc), which would then believe in the parent's threads and locks. So
// first use, which another thread's fork may interrupt, is too late. (Without memory for the
// handler, which few programs' first handlers need, children have no working engine.)
void Engine::watch_forks() {
    pthread_atfork(nullptr, nullptr, forked_child);
}

void Engine::start_once() UAIO_UNCHECKED {
    SignalBlock block;
    Hold hold(start_lock_);
    if (started_.load(std::memory_order_relaxed)) {  // the lock orders it
        return;
    }
    read_environment(options_);
    let_locks_spin(usable_cpus() > 1);
    if (open_counters(options_.stats)) {
        desk_.keep_moments();
        open_window(desk_, workers_);
    }
    open_trace(options_.trace, kTraceBytes);
    apply_options();
    notifier_owner_ = {.name = "uaio-n",
                       .context = &notifier,
                       .serve = serve_calls,
                       .pending = calls_pending,
                       .needed = [](void*) { return calls_taken() != 0; },
                       .observe = observe_notifiers,
                       .stack_bytes = 0,
                       .runs_program_code = true};
    notifiers_.configure(notifier_owner_, kNotifiersMax, kNotifierIdleMs * kNsPerMs);
    notifier.set_summon([] { engine.notifiers_.wake(); });
    notifier.set_ensure([] { return engine.notifiers_.ensure(); });
    late_signals.set_observer([](bool delivered) {
        count(delivered ? Counter::kNoticesDelivered : Counter::kNoticesFailed);
    });
    if (options_.drain && !has_exit_handler_) {
        has_exit_handler_ = atexit(at_exit) == 0;
    }
    started_.store(true, std::memory_order_release);  // pairs with start()
}

// What every engine does before its first request.
void Engine::apply_options() UAIO_UNCHECKED {
    policy_ = options_.order == Order::kStrict ? place_strictly : place_by_conflict;
    schedule_.set_policy(policy_);
    schedule_.set_observer(trace_change);
    express_.configure(options_);
    worker_owner_ = {.name = "uaio-w",
                     .context = this,
                     .serve = serve_requests,
                     .pending = requests_pending,
                     .needed = nullptr,
                     .observe = observe_workers,
                     .stack_bytes = kStackBytes,
                     .runs_program_code = false};
    workers_.configure(worker_owner_, options_.threads, options_.idle_ms * kNsPerMs);
    poller_owner_ = {.name = "uaio-p",
                     .context = this,
                     .serve = serve_streams,
                     .pending = streams_pending,
                     .needed = nullptr,
                     .observe = observe_pollers,
                     .stack_bytes = kStackBytes,
                     .runs_program_code = false};
    pollers_.configure(poller_owner_, 1, kPollerIdleMs * kNsPerMs);
    process_ = getpid();
}

void Engine::configure(unsigned threads, unsigned requests, int idle_ms) {
    SignalBlock block;
    Hold hold(start_lock_);
    bool started = started_.load(std::memory_order_relaxed);  // the lock orders it
    if (threads != 0 && !options_.threads_fixed) {
        options_.threads = threads < kWorkersMax ? threads : kWorkersMax;
        if (started) {
            workers_.set_threads_max(options_.threads);
        }
    }
    if (idle_ms != 0 && !options_.idle_fixed) {
        options_.idle_ms = idle_ms < 0 ? 0 : idle_ms < kIdleMsMax ? idle_ms : kIdleMsMax;
        if (started) {
            workers_.set_idle_ns(options_.idle_ms * kNsPerMs);
        }
    }
    desk_.reserve(requests);
}

// The child has one thread and none of the parent's requests. Whatever other threads were doing at
// the moment of the fork, they are gone: everything starts from the beginning, at the next use.
void Engine::forked_child() {
    forget_waiters();
    engine.waiting_room_.reset();
    // Most processes that fork never use the engine, and should not pay for it.
    bool used = engine.started_.load(std::memory_order_relaxed);  // no other thread exists
    if (used || engine.start_lock_.is_held()) {
        engine.reset();
        engine.notifiers_.reset();
        notifier.reset();
        late_signals.reset();
        reset_batches();
        close_counters();
        close_trace();
        engine.started_.store(false, std::memory_order_relaxed);
    }
    tell_fork_watchers();
}

void Engine::reset() UAIO_UNCHECKED {
    workers_.reset();  // first: what its threads did before they left is visible then
    pollers_.reset();
    waiting_room_.reset();
    lock_.reset();
    start_lock_.reset();
    schedule_ = {};
    desk_.reset();
    lanes_.reset();
    inbox_.reset();
    readiness_.abandon();
    closing_.store(false, std::memory_order_relaxed);  // no other thread exists
    ready_.store(0, std::memory_order_relaxed);
    parked_.store(0, std::memory_order_relaxed);
}

// Reads have nobody left to read for, and a stream may never take what is written to it; all else
// is finished before the process ends.
void Engine::at_exit() {
    if (engine.started_.load(std::memory_order_acquire)) {  // pairs with start_once()
        engine.drain();
    }
}

void Engine::drain() {
    SignalBlock block;
    for (;;) {
        // Every retirement wakes some kind, so the sleeper announces itself under all.
        uint32_t ticket = waiting_room_.announce(kEveryKind);
        size_t owed;
        {
            Hold hold(lock_);
            admit_all();
            note_ready();
            owed = schedule_.owed();
        }
        look_after();
        if (owed == 0) {
            return;
        }
        waiting_room_.sleep(ticket, kEveryKind, kNever);
    }
}

}  // namespace uaio
