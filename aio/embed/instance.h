// Instance: what is behind a program's struct uaio_engine *: an engine, and what has ended there
// untold.
#pragma once

#include "aio/embed/ended_queue.h"
#include "aio/engine.h"
#include "aio/fork_watch.h"

namespace uaio {

struct Instance : ForkWatcher {
    constexpr Instance(Engine& behind, void (*when_forked)(ForkWatcher&))
        : ForkWatcher{when_forked}, engine(behind) {}

    Engine& engine;
    EndedQueue ended;
};

// The program sees no more than the address.
inline uaio_engine* handle_of(Instance* instance) {
    return reinterpret_cast<uaio_engine*>(instance);
}
inline Instance& instance_of(uaio_engine* handle) {
    return *reinterpret_cast<Instance*>(handle);
}

// The one that the process has in common.
Instance& shared_instance();

// Whether the thread is in a program's `done`. What is submitted from there is not made at once: a
// chain of operations, each submitted at the end of the one before, would otherwise be as deep on
// the stack as it is long.
[[gnu::tls_model("initial-exec")]] extern constinit thread_local bool telling;

// Null if there is no memory.
Instance* make_instance(const Options& options);

// Nothing happens to the shared one.
void end_instance(Instance& instance);

}  // namespace uaio
