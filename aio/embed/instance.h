// What is behind a program's struct uaio_engine *: an engine, and what has ended there untold.
#pragma once

#include "aio/embed/ended_queue.h"
#include "aio/engine.h"
#include "aio/fork_watch.h"

struct uaio_engine : uaio::ForkWatcher {
    constexpr uaio_engine(uaio::Engine& behind, void (*when_forked)(uaio::ForkWatcher&))
        : ForkWatcher{when_forked}, engine(behind) {}

    uaio::Engine& engine;
    uaio::EndedQueue ended;
};

namespace uaio {

// The one that the process has in common.
uaio_engine& shared_instance();

// Null if there is no memory.
uaio_engine* make_instance(const Options& options);

// Nothing happens to the shared one.
void end_instance(uaio_engine& instance);

}  // namespace uaio
