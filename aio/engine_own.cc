// The life of an engine of a program's own, from its set-up to its end.
//
// The end. From the moment when `closing_` is raised under the lock, no stream's request is parked,
// and who submits from an owner's publication is refused, but for those that have looked before:
// their requests are run, or withdrawn at last. Then the pools are stopped: the workers first, who
// may start the poller; the poller may still look after what it has made ready, and finds the
// workers' pool stopped. When both are, nobody is left who could take a request, submit one or
// start a thread, and what is left is withdrawn.
#include "aio/engine.h"
#include "threadpool/base/check.h"
#include "threadpool/base/signal_block.h"
#include "threadpool/base/thread.h"

namespace uaio {

void Engine::set_up(const Options& options) {
    options_ = options;
    let_locks_spin(usable_cpus() > 1);
    apply_options();
    started_.store(true, std::memory_order_relaxed);  // whoever hands the engine on releases it
}

void Engine::reset_own() {
    reset();
    apply_options();
}

void Engine::shut_down() {
    SignalBlock block;
    {
        Hold hold(lock_);
        closing_.store(true, std::memory_order_relaxed);  // the lock's
    }
    withdraw_everything();
    {
        Hold hold(lock_);
        readiness_.interrupt();  // after parked_ was set to 0, and it stays so
    }
    workers_.stop();
    pollers_.stop();
    withdraw_everything();
    Hold hold(lock_);
    UAIO_CHECK(schedule_.outstanding() == 0 && inbox_.empty());
}

void Engine::withdraw_everything() {
    {
        Hold hold(lock_);
        admit_all();
        note_ready();
    }
    for (int fd = lanes_.next_used(0); fd >= 0;
         fd = lanes_.next_used(static_cast<unsigned>(fd) + 1)) {
        if (has_requests(fd)) {
            withdraw_all(*lanes_.find(fd), Cause::kFirm, UINT64_MAX, Starts::kThreads);
        }
    }
}

void Engine::dispose() {
    desk_.reset();
    lanes_.reset();
    readiness_.release();
}

}  // namespace uaio
