// The requests of contexts, from io_submit until their events are with those who wait for them.
#include "aio/libaio/context.h"
#include "aio/libaio/platform/alarm.h"
#include "aio/libaio/platform/bell.h"

namespace uaio {
namespace {

constinit Slab<PieceArray> piece_arrays;

void free_slot(Slot& slot) {
    if (slot.far != nullptr) {
        piece_arrays.give(*slot.far);
    }
    let_go(slot);
}

// The last touch of the record by a request.
void leave_request(Context& context) {
    if (context.requests.fetch_sub(1, std::memory_order_seq_cst) == 1 && !lives(context)) {
        context.left.fetch_add(1, std::memory_order_seq_cst);
        wake_all(context.left);
    }
}

}  // namespace

void forget_pieces() {
    piece_arrays.reset();
}

Slot* open_slot(Context& context) {
    if (!context.ring.reserve()) {
        return nullptr;
    }
    Slot* slot = context.slots.take();
    if (slot == nullptr) {
        context.ring.unreserve();
        return nullptr;
    }
    context.requests.fetch_add(1, std::memory_order_seq_cst);
    slot->context = &context;
    slot->holders.store(1, std::memory_order_relaxed);  // nobody holds what is free
    slot->bell = -1;
    slot->far = nullptr;
    slot->poll = nullptr;
    return slot;
}

bool hold(Slot& slot) {
    uint32_t holders = slot.holders.load(std::memory_order_relaxed);  // checked by the exchange
    while (holders != 0) {
        // Acquire pairs with let_go() of whoever had the slot before.
        if (slot.holders.compare_exchange_weak(holders, holders + 1, std::memory_order_acquire,
                                               std::memory_order_relaxed)) {
            return true;
        }
    }
    return false;
}

void let_go(Slot& slot) {
    // Acquire and release pair with each other: all use of the slot comes before its reuse.
    if (slot.holders.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        slot.context->slots.give(slot);
    }
}

void close_slot(Slot& slot) {
    Context& context = *slot.context;
    free_slot(slot);
    context.ring.unreserve();
    leave_request(context);
}

iovec* pieces_of(Slot& slot, uint64_t count) {
    if (count <= kPiecesNear) {
        return slot.near;
    }
    slot.far = piece_arrays.take();
    return slot.far != nullptr ? slot.far->pieces : nullptr;
}

void publish_slot(void* owner, ssize_t result, int error) {
    auto& slot = *static_cast<Slot*>(owner);
    slot.event.result = error != 0 ? -error : result;
    bring(slot);
}

// From arrive() on the slot may be another request's; the context waits for leave_request().
void bring(Slot& slot) {
    Context& context = *slot.context;
    slot.block.store(0, std::memory_order_relaxed);  // the push releases it
    context.ring.arrive(slot);
    finish(context.ring.settle());
    wake_sleepers(context);
    leave_request(context);
}

void wake_sleepers(Context& context) {
    if (context.sleepers.load(std::memory_order_seq_cst) == 0) {
        return;
    }
    context.changed.fetch_add(1, std::memory_order_seq_cst);
    wake_all(context.changed);
    if (context.alarm_sleepers.load(std::memory_order_seq_cst) != 0) {
        ring_alarm(context.alarm.load(std::memory_order_seq_cst));
    }
}

void finish(Arrival* moved) {
    while (moved != nullptr) {
        auto& slot = static_cast<Slot&>(*moved);
        moved = moved->next;
        if (slot.bell >= 0) {
            ring_bell(slot.bell);
        }
        free_slot(slot);
    }
}

}  // namespace uaio
