#include "aio/fork_watch.h"

#include "threadpool/base/lock.h"
#include "threadpool/base/signal_block.h"

namespace uaio {
namespace {

constinit Lock watchers_lock;  // held by whoever changes the list
constinit std::atomic<ForkWatcher*> watchers{nullptr};

// Where the list leads to `watcher`, or its end. Relaxed: the lock's.
std::atomic<ForkWatcher*>& place_of(const ForkWatcher& watcher) {
    std::atomic<ForkWatcher*>* place = &watchers;
    while (ForkWatcher* found = place->load(std::memory_order_relaxed)) {
        if (found == &watcher) {
            break;
        }
        place = &found->next;
    }
    return *place;
}

}  // namespace

void add_fork_watcher(ForkWatcher& watcher) {
    SignalBlock block;
    Hold hold(watchers_lock);
    std::atomic<ForkWatcher*>& place = place_of(watcher);
    if (place.load(std::memory_order_relaxed) == nullptr) {
        watcher.next.store(nullptr, std::memory_order_relaxed);
        place.store(&watcher, std::memory_order_release);  // a child that has it has all of it
    }
}

void remove_fork_watcher(ForkWatcher& watcher) {
    SignalBlock block;
    Hold hold(watchers_lock);
    std::atomic<ForkWatcher*>& place = place_of(watcher);
    if (place.load(std::memory_order_relaxed) != nullptr) {
        place.store(watcher.next.load(std::memory_order_relaxed), std::memory_order_relaxed);
    }
}

void tell_fork_watchers() {
    watchers_lock.reset();
    // Relaxed: no other thread exists.
    ForkWatcher* watcher = watchers.load(std::memory_order_relaxed);
    while (watcher != nullptr) {
        watcher->forked(*watcher);
        watcher = watcher->next.load(std::memory_order_relaxed);
    }
}

}  // namespace uaio
