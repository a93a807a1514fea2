// io_submit and io_cancel: blocks are copied, described and handed to the engine.
//
// What the system's cache can serve is made at once (aio/express.h). What it cannot goes to the
// engine as one chain, after the last block has been looked at: so a read is only made at once
// while no write of the same call waits to be handed over, which it would overtake, and a write
// (and under the strict order everything) only while nothing does.
#include <errno.h>
#include <string.h>

#include "aio/counters.h"
#include "aio/engine.h"
#include "aio/libaio/arguments.h"
#include "aio/libaio/context.h"
#include "aio/libaio/door.h"
#include "aio/libaio/polls.h"

namespace uaio {
namespace {

// What has been prepared and not been posted, and what was seen on the way.
struct Prepared {
    Chain chain;
    LastSeen last;
    bool has_others = false;  // than reads
};

void add(Prepared& prepared, Request& request) {
    prepared.chain.add(request);
    prepared.has_others = prepared.has_others || request.operation.kind != Kind::kRead;
}

bool may_go_before(const Operation& operation, const Prepared& prepared) {
    bool harmless = operation.kind == Kind::kRead && !prepared.has_others &&
                    engine.options().order != Order::kStrict;
    return prepared.chain.newest == nullptr || harmless;
}

// The kernel holds the file of a request open; here who closes its descriptor waits.
Submission submission_of(const Operation& operation, Slot& slot) {
    return {operation, &slot, publish_slot, nullptr, nullptr, true};
}

int prepare(Slot& slot, uint64_t block, Operation& operation, Prepared& prepared) {
    int error = end_operation(operation);
    if (error != 0) {
        return error;
    }
    Request* request = engine.prepare(submission_of(operation, slot), error);
    if (request == nullptr) {
        return error;
    }
    slot.request = request->number;
    slot.block.store(block, std::memory_order_release);  // pairs with cancel_block()
    add(prepared, *request);
    return 0;
}

// The mask of events is where others have a buffer.
int submit_poll(const IoBlock& block, Slot& slot) {
    bool plain = block.offset == 0 && block.bytes == 0 && block.rw_flags == 0;
    if (!plain || block.buffer > UINT16_MAX) {
        return EINVAL;
    }
    return polls.watch(slot, block.fd, static_cast<uint16_t>(block.buffer));
}

// A client's block.
struct Given {
    IoBlock* place;
    bool writable;
    IoBlock copy;
};

// The kernel writes its key too, but always the same one.
int write_key(const Given& given, const Slot& slot) {
    if (!given.writable) {
        return EFAULT;
    }
    given.place->key = key_of(slot);
    return 0;
}

int submit_copy(Context& context, const Given& given, Prepared& prepared) {
    const IoBlock& block = given.copy;
    auto address = reinterpret_cast<uintptr_t>(given.place);
    int error = check_block(block);
    if (error != 0) {
        return error;
    }
    Slot* slot = open_slot(context);
    if (slot == nullptr) {
        return EAGAIN;
    }
    slot->event = {block.data, address, 0, 0};
    Operation operation;
    error = begin_descriptor(block, *slot, prepared.last, operation);
    if (error == 0) {
        error = write_key(given, *slot);
    }
    if (error == 0) {
        error = begin_operation(block, *slot, operation);
    }
    if (error == 0 && block.opcode == kPoll) {
        error = submit_poll(block, *slot);
    } else if (error == 0) {
        if (may_go_before(operation, prepared) &&
            engine.run_at_once(submission_of(operation, *slot))) {
            return 0;
        }
        error = prepare(*slot, address, operation, prepared);
    }
    if (error != 0) {
        count(Counter::kRefused);
        close_slot(*slot);
    }
    return error;
}

int submit_one(Context& context, IoBlock* const* place, Prepared& prepared) {
    KnownPages& pages = context.pages;
    if (!pages.can_read(place, sizeof *place)) {
        return EFAULT;
    }
    Given given;
    given.place = *place;
    given.writable = pages.can_write(given.place, sizeof given.copy);
    if (!given.writable && !pages.can_read(given.place, sizeof given.copy)) {
        return EFAULT;
    }
    memcpy(&given.copy, given.place, sizeof given.copy);
    return submit_copy(context, given, prepared);
}

// The slot is held, so what it says of its request stays true.
bool withdraw(Slot& slot, uint64_t block) {
    return polls.withdraw(slot, block) || engine.cancel(slot.request, &slot).withdrawn > 0;
}

}  // namespace

long submit_blocks(uintptr_t address, long count, IoBlock* const* blocks) {
    Visit visit(address);
    Context* context = visit.context();
    if (count < 0 || context == nullptr) {
        return -EINVAL;
    }
    long most = static_cast<long>(context->ring.events_max()) + 1;
    count = count < most ? count : most;
    Prepared prepared;
    long taken = 0;
    int error = 0;
    while (taken < count && error == 0) {
        error = submit_one(*context, blocks + taken, prepared);
        taken += error == 0;
    }
    engine.post(prepared.chain);
    return taken > 0 ? taken : -error;
}

long cancel_block(uintptr_t address, IoBlock* block) {
    if (!is_readable(block, sizeof *block)) {
        return -EFAULT;
    }
    Visit visit(address);
    Context* context = visit.context();
    Slot* slot = context != nullptr ? slot_of(*context, block->key) : nullptr;
    if (slot == nullptr || !hold(*slot)) {
        return -EINVAL;
    }
    // The key may be an old one, and the slot another request's. Acquire pairs with prepare() and
    // Polls::watch().
    auto wanted = reinterpret_cast<uintptr_t>(block);
    bool found = slot->block.load(std::memory_order_acquire) == wanted;
    bool withdrawn = found && withdraw(*slot, wanted);
    let_go(*slot);
    return withdrawn ? -EINPROGRESS : -EINVAL;
}

}  // namespace uaio
