// ForkWatch: who has something to forget in a forked child, besides the process's own engine.
//
// The list is whole at every moment, because a fork may come at any: it is changed by one store,
// by one thread at a time. So the child, where nobody else is left, finds every watcher that had
// been added, and none that had been removed.
#pragma once

#include <atomic>

namespace uaio {

struct ForkWatcher {
    void (*forked)(ForkWatcher& self);  // called in the child, which has one thread
    std::atomic<ForkWatcher*> next{nullptr};
};

// From now on `watcher` is told. Does nothing if it is already. It must live until it is removed.
void add_fork_watcher(ForkWatcher& watcher);

void remove_fork_watcher(ForkWatcher& watcher);

// Tells all of them. In a forked child alone, by the handler of the engine.
void tell_fork_watchers();

}  // namespace uaio
