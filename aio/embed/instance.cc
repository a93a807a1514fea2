#include "aio/embed/instance.h"

#include <new>

#include "threadpool/base/pages.h"
#include "threadpool/base/signal_block.h"

namespace uaio {
namespace {

// With its engine, in pages of its own.
struct OwnInstance : Instance {
    OwnInstance() : Instance(own, forked) {}

    static void forked(ForkWatcher& watcher) {
        auto& self = static_cast<OwnInstance&>(watcher);
        self.own.reset_own();
        self.ended.reset();
    }

    Engine own;
};

// The engine forgets by itself.
constinit Instance shared(engine, [](ForkWatcher&) { shared.ended.reset(); });
constinit std::atomic<bool> shared_is_watched{false};

}  // namespace

// Two that come at the same time, or a child whose parent has just been here, add it once.
Instance& shared_instance() {
    if (!shared_is_watched.load(std::memory_order_relaxed)) {  // orders nothing
        add_fork_watcher(shared);
        shared_is_watched.store(true, std::memory_order_relaxed);
    }
    return shared;
}

Instance* make_instance(const Options& options) {
    void* pages = map_pages(sizeof(OwnInstance));
    if (pages == nullptr) {
        return nullptr;
    }
    auto* instance = new (pages) OwnInstance;
    instance->own.set_up(options);
    add_fork_watcher(*instance);
    return instance;
}

// It is watched as long as it has threads, and not while its memory is given back: a child that
// believed in both would take away what lies there meanwhile.
void end_instance(Instance& instance) {
    if (&instance == &shared) {
        return;
    }
    auto& own = static_cast<OwnInstance&>(instance);
    SignalBlock block;
    own.own.shut_down();
    remove_fork_watcher(own);
    own.own.dispose();
    own.ended.reset();
    unmap_pages(&own, sizeof own);
}

}  // namespace uaio
