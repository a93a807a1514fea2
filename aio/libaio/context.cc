#include "aio/libaio/context.h"

#include <errno.h>
#include <pthread.h>

#include "aio/engine.h"
#include "aio/libaio/context_table.h"
#include "aio/libaio/platform/alarm.h"
#include "aio/libaio/polls.h"
#include "threadpool/base/lock.h"
#include "threadpool/base/signal_block.h"

namespace uaio {
namespace {

constinit Slab<Context> contexts;
constinit ContextTable table;
constinit Lock table_lock;
constinit uint32_t contexts_open = 0;  // under the lock

// The address of a context whose ring is no longer where it was, as long as nobody knows where it
// is. No call comes by it.
constexpr uintptr_t kNowhere = 0;

// 0 in a child that no handler has run for: what the tables say is about the parent's contexts then
// (memory.h). Null: none yet, or none to be had.
constinit std::atomic<std::atomic<uint32_t>*> own_word{nullptr};

bool is_own() {
    auto* word = own_word.load(std::memory_order_acquire);  // pairs with ensure_own_word()
    // Relaxed: nobody changes it while another thread exists.
    return word == nullptr || word->load(std::memory_order_relaxed) != 0;
}

void ensure_own_word() UAIO_REQUIRES(table_lock) {
    if (own_word.load(std::memory_order_relaxed) == nullptr) {      // the lock's
        own_word.store(map_own_word(), std::memory_order_release);  // pairs with is_own()
    }
}

// Never the same twice, in a forked child neither.
constinit std::atomic<uint32_t> last_id{0};

// --- calls ------------------------------------------------------------------------------------

// The last one of a context that is being closed tells its closer. A record that has been used
// again meanwhile gets a wake-up too many.
void leave(Context& context) {
    if (context.life.fetch_sub(1, std::memory_order_seq_cst) == 1) {
        context.left.fetch_add(1, std::memory_order_seq_cst);
        wake_all(context.left);
    }
}

// The count goes up before the look, so that close_context() waits for whoever finds life. A record
// that does not live may be counted up and down at any time.
bool enter(Context& context) {
    // Acquire pairs with the release in open_context().
    if ((context.life.fetch_add(1, std::memory_order_seq_cst) & kLives) != 0) {
        return true;
    }
    leave(context);
    return false;
}

struct Search {
    uintptr_t address;
    Context* found;
};

bool matches(void* argument, uint32_t number) {
    auto& search = *static_cast<Search*>(argument);
    Context* context = contexts.at(number);
    // Relaxed: looked at again once the context cannot go away.
    if (context == nullptr || context->address.load(std::memory_order_relaxed) != search.address ||
        !enter(*context)) {
        return false;
    }
    if (context->address.load(std::memory_order_acquire) != search.address) {  // move()
        leave(*context);
        return false;
    }
    search.found = context;
    return true;
}

bool is_known_at(void* argument, uint32_t number) {
    auto& search = *static_cast<Search*>(argument);
    Context* context = contexts.at(number);
    // Relaxed: the lock's.
    bool there = context->address.load(std::memory_order_relaxed) == search.address;
    search.found = there ? context : nullptr;
    return there;
}

// A new ring is at `address`. If a context is known by it, the client has moved that one's ring
// away, and no call has come by its new address yet: one will find it there.
void evict(uintptr_t address) UAIO_REQUIRES(table_lock) {
    Search search = {address, nullptr};
    if (table.find(address, is_known_at, &search)) {
        table.remove(address, search.found->number);
        search.found->address.store(kNowhere, std::memory_order_release);  // pairs with matches()
    }
}

// The client has moved the ring of `context`, which the caller is at, to `address`. False if
// somebody closes it, who takes its life first and it out of the table, by its last address, then.
bool move(Context& context, uintptr_t address) {
    SignalBlock block;
    Hold hold(table_lock);
    if (!lives(context)) {
        return false;
    }
    table.remove(context.address.load(std::memory_order_relaxed), context.number);  // the lock's
    evict(address);
    context.address.store(address, std::memory_order_release);  // pairs with matches()
    table.insert(address, context.number);
    return true;
}

// What is at an unknown address may be a ring that the client has moved; or one that is going away.
Context* find_moved(uintptr_t address) {
    RingHeader copy;
    if (!copy_if_there(&copy, reinterpret_cast<const void*>(address), sizeof copy) ||
        copy.magic != kRingMagic || copy.id == 0) {
        return nullptr;
    }
    for (uint32_t number = 0; Context* context = contexts.at(number); ++number) {
        if (!enter(*context)) {
            continue;
        }
        if (context->id == copy.id && context->ring.events_max() + 1 == copy.count &&
            move(*context, address)) {
            return context;
        }
        leave(*context);
    }
    return nullptr;
}

// From here on calls may find it.
bool make_known(Context& context) {
    SignalBlock block;
    Hold hold(table_lock);
    if (contexts_open == kContextsMax) {
        return false;
    }
    ++contexts_open;
    ensure_own_word();
    uintptr_t address = context.address.load(std::memory_order_relaxed);  // our own
    evict(address);
    context.life.fetch_or(kLives, std::memory_order_seq_cst);  // pairs with enter()
    table.insert(address, context.number);
    return true;
}

// --- closing ----------------------------------------------------------------------------------

// Until `count`, of which the low half counts, is 0, or `deadline_ns`.
template <class Count>
bool wait_until_none(Context& context, const std::atomic<Count>& count, int64_t deadline_ns) {
    for (;;) {
        uint32_t ticket = context.left.load(std::memory_order_seq_cst);
        if (static_cast<uint32_t>(count.load(std::memory_order_seq_cst)) == 0) {
            return true;
        }
        if (wait_on(context.left, ticket, deadline_ns) == WaitEnd::kTimedOut) {
            return false;
        }
    }
}

// What has not begun need not begin, and what waits for its stream waits no more, though it may be
// made in part. Nobody submits any more.
void withdraw_all(Context& context) {
    for (uint32_t number = 0; Slot* slot = context.slots.at(number); ++number) {
        uint64_t block = slot->block.load(std::memory_order_acquire);  // pairs with the submitter
        if (block != 0 && !polls.withdraw(*slot, block)) {
            engine.cancel(slot->request, slot, Engine::Wish::kFirm);
        }
    }
}

void take_down(Context& context) {
    auto* client =
        reinterpret_cast<void*>(context.address.load(std::memory_order_relaxed));  // nobody else
    context.ring.close(client);
    context.slots.reset();
    close_alarm(context.alarm.exchange(kNoAlarm, std::memory_order_relaxed));  // nobody else
    contexts.give(context);
    SignalBlock block;
    Hold hold(table_lock);
    --contexts_open;
}

// The child's own copies.
void close_alarms() {
    for (uint32_t number = 0; Context* context = contexts.at(number); ++number) {
        close_alarm(context->alarm.exchange(kNoAlarm, std::memory_order_relaxed));  // nobody else
    }
}

// Whatever the parent's threads were doing: its contexts do not exist in the child. Their rings
// stay where they are, as under the kernel.
void forked_child() UAIO_UNCHECKED {
    table_lock.reset();
    // Relaxed: no other thread exists.
    if (auto* word = own_word.load(std::memory_order_relaxed)) {
        word->store(1, std::memory_order_relaxed);
    }
    if (contexts_open > 0) {
        table.reset();
    }
    contexts_open = 0;
    close_alarms();
    contexts.reset();
    forget_pieces();
    polls.reset();
}

// As in engine_life.cc: a handler that is registered later is not called for every fork.
__attribute__((constructor)) void watch_forks() {
    pthread_atfork(nullptr, nullptr, forked_child);
}

}  // namespace

Visit::Visit(uintptr_t address) : context_(nullptr) {
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state_);
    if (address == 0 || !is_own()) {
        return;
    }
    Search search = {address, nullptr};
    context_ = table.find(address, matches, &search) ? search.found : find_moved(address);
}

Visit::~Visit() {
    if (context_ != nullptr) {
        leave(*context_);
    }
    pthread_setcancelstate(cancel_state_, nullptr);
}

bool owns_a_ring() {
    for (uint32_t number = 0; Context* context = contexts.at(number); ++number) {
        if (context->ring.is_interrupted()) {
            return true;
        }
    }
    return false;
}

int open_context(uint32_t events, Context*& context) {
    if (!is_own()) {
        return EAGAIN;
    }
    context = contexts.take();
    if (context == nullptr) {
        return ENOMEM;
    }
    uint32_t id = last_id.fetch_add(1, std::memory_order_relaxed) + 1;  // a number, no order
    int error = context->ring.open(events, id);
    if (error != 0) {
        contexts.give(*context);
        return error;
    }
    context->id = id;
    context->pages.forget();
    context->address.store(reinterpret_cast<uintptr_t>(context->ring.address()),
                           std::memory_order_relaxed);  // life releases it
    if (!make_known(*context)) {
        context->ring.close(context->ring.address());
        contexts.give(*context);
        return EAGAIN;
    }
    return 0;
}

bool close_context(Context& context) {
    if ((context.life.fetch_and(~kLives, std::memory_order_seq_cst) & kLives) == 0) {
        leave(context);
        return false;
    }
    {
        SignalBlock block;
        Hold hold(table_lock);
        // Relaxed: the lock's.
        table.remove(context.address.load(std::memory_order_relaxed), context.number);
    }
    wake_sleepers(context);
    leave(context);  // the closer's own call
    wait_until_none(context, context.life, kNever);
    do {  // what is being tried may have to wait for its stream after all
        withdraw_all(context);
    } while (!wait_until_none(context, context.requests, now_ns() + kWithdrawAgainNs));
    take_down(context);
    return true;
}

}  // namespace uaio
