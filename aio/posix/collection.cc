#include "aio/posix/collection.h"

#include <aio.h>
#include <errno.h>

#include "aio/engine.h"
#include "aio/posix/platform/block.h"
#include "threadpool/base/signal_block.h"

namespace uaio {

constinit Collection collection;

namespace {

// The one place that an address is in the index.
Range place_of(const void* block) {
    auto address = static_cast<int64_t>(reinterpret_cast<uintptr_t>(block));
    return {address, address + 1};
}

// Where the status lies in a table, giving back ends its place there, as aio_return does.
void give_back_status(void* block) {
    if constexpr (!Block::kKeepsStatus) {
        Block fields(static_cast<struct aiocb*>(block));
        if (fields.is_stamped()) {
            fields.remove_stamp();
        }
    }
}

}  // namespace

void Collection::begin() {
    add_fork_watcher(fork_watcher_);
    on_.store(true, std::memory_order_relaxed);  // see is_on()
}

// The child has none of the parent's requests. Another thread may have been at work here.
void Collection::forked_child(ForkWatcher&) {
    collection.reset();
}

void Collection::reset() UAIO_UNCHECKED {
    lock_.reset();
    by_block_ = {};
    ended_ = {};
    entries_.reset();
}

Collection::Entry* Collection::find(const void* block) const {
    return static_cast<Entry*>(by_block_.latest_before(place_of(block), UINT64_MAX));
}

void Collection::insert(Entry& entry, void* block) {
    entry.block = block;
    entry.error = EINPROGRESS;
    entry.range = place_of(block);
    entry.order = entered_++;
    by_block_.insert(entry);
}

void Collection::remove(Entry& entry) {
    if (entry.error != EINPROGRESS) {
        ended_.remove(entry);
    }
    by_block_.erase(entry);
}

// The entry is taken before the lock, because that may map memory.
bool Collection::enter(void* block) {
    SignalBlock signals;
    Entry* spare = entries_.take();
    if (spare == nullptr) {
        return false;
    }
    {
        Hold hold(lock_);
        Entry* entry = find(block);
        if (entry != nullptr && entry->error != EINPROGRESS) {
            ended_.remove(*entry);
            entry->error = EINPROGRESS;
        }
        if (entry == nullptr) {
            insert(*spare, block);
            spare = nullptr;
        }
    }
    if (spare != nullptr) {
        entries_.give(*spare);
    }
    return true;
}

void Collection::end(void* block, ssize_t result, int error, Publish store) {
    {
        Hold hold(lock_);
        store(block, result, error);
        Entry* entry = find(block);
        if (entry == nullptr || entry->error != EINPROGRESS) {
            return;
        }
        entry->result = result;
        entry->error = error;
        ended_.push_back(*entry);
    }
    engine.waiting_room().wake(this);
}

bool Collection::take(Ended& ended) {
    SignalBlock signals;
    Entry* entry;
    {
        Hold hold(lock_);
        entry = ended_.front();
        if (entry == nullptr) {
            return false;
        }
        ended = {entry->block, entry->result, entry->error};
        remove(*entry);
        give_back_status(ended.block);
    }
    entries_.give(*entry);
    return true;
}

void Collection::drop(const void* block, bool even_in_flight) {
    SignalBlock signals;
    Entry* entry;
    {
        Hold hold(lock_);
        entry = find(block);
        if (entry == nullptr || (entry->error == EINPROGRESS && !even_in_flight)) {
            return;
        }
        remove(*entry);
    }
    entries_.give(*entry);
}

}  // namespace uaio
