// Submitting: requests and lists with everything about them chosen at random, and callbacks.
#include "tests/simulation/program.h"

#include <errno.h>
#include <string.h>

#include <algorithm>

#include "tests/simulation/scenario.h"
#include "tests/simulation/world.h"

namespace uaio::sim {

// The bytes of a block that nobody may touch: its owner has freed it.
constexpr int kScribble = 0xAA;

bool is_scribbled(const Slot& slot) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(&slot.block);
    return std::all_of(bytes, bytes + sizeof slot.block,
                       [](unsigned char byte) { return byte == kScribble; });
}

void scribble(Slot& slot) {
    memset(&slot.block, kScribble, sizeof slot.block);
    slot.call = nullptr;
}

namespace {

// Who has been told that a request is done may free its block, though others wait for the list.
void free_block(const Target& target) {
    for (Call& call : program.calls) {
        if (&target == &call && call.list != nullptr && call.list->waits) {
            world.trace("frees the block of request %d", call.number);
            scribble(*call.slot);
        }
    }
}

void on_call(sigval value) {
    ring(value);
    free_block(*static_cast<Target*>(value.sival_ptr));
    if (sigismember(&world.current()->blocked, SIGUSR1) != 0) {
        world.fail("a callback runs under another signal mask than its submitter's");
    }
    for (uint64_t points = world.choose(4); points > 0; --points) {
        world.point("in the callback", nullptr);
    }
    if (world.one_in(8)) {
        world.be_busy(1'000'000);
    }
    if (world.one_in(4)) {
        world.exit_thread();
    }
}

sigevent choose_event(Target& target) {
    sigevent event = {};
    event.sigev_notify = SIGEV_NONE;
    event.sigev_value.sival_ptr = &target;
    switch (world.choose(4)) {
        case 0:
            event.sigev_notify = SIGEV_SIGNAL;
            event.sigev_signo = SIGUSR2;
            break;
        case 1:
            event.sigev_notify = SIGEV_THREAD;
            event.sigev_notify_function = on_call;
            event.sigev_notify_attributes = world.one_in(3) ? &program.attributes : nullptr;
            break;
        default:
            break;
    }
    target.expects = event.sigev_notify != SIGEV_NONE;
    return event;
}

Slot* free_slot(Client& client) {
    for (Slot& slot : slots_of(client)) {
        if (slot.call == nullptr) {
            return &slot;
        }
    }
    return nullptr;
}

Kind choose_kind() {
    constexpr Kind kKinds[] = {Kind::kRead,  Kind::kRead,  Kind::kWrite,    Kind::kWrite,
                               Kind::kWrite, Kind::kWrite, Kind::kDataSync, Kind::kFileSync};
    return kKinds[world.choose(std::size(kKinds))];
}

// Where the last request of anybody ends.
void go_on(Call& call) {
    const Call* last =
        program.calls.size() > 1 ? &program.calls[program.calls.size() - 2] : nullptr;
    if (last != nullptr && !is_sync(last->kind) && !is_sync(call.kind)) {
        call.fd = last->fd;
        call.kind = last->kind;
        call.offset = last->offset + static_cast<int64_t>(last->bytes);
        call.reqprio = last->reqprio;
    }
}

Call& make_call(Slot& slot, bool may_sync) {
    if (!is_scribbled(slot)) {
        world.fail("a control block was touched after its owner had it back");
    }
    Call& call = program.calls.emplace_back();
    call.number = static_cast<int>(program.calls.size());
    call.slot = &slot;
    call.kind = choose_kind();
    if (!may_sync && is_sync(call.kind)) {
        call.kind = Kind::kWrite;
    }
    call.fd = program.descriptors[world.choose(program.descriptors.size())];
    if (is_sync(call.kind) && disk.find(call.fd)->file->stream) {
        call.kind = Kind::kRead;
    }
    call.offset = static_cast<int64_t>(world.choose(kFileBytes));
    call.bytes = 1 + world.choose(kBytesMax);
    call.reqprio = world.one_in(4) ? static_cast<int>(world.choose(3)) : 0;
    if (world.one_in(4)) {
        go_on(call);
    }
    memset(slot.buffer, '#', sizeof slot.buffer);
    disk.glimpses.erase(slot.buffer);
    if (call.kind == Kind::kWrite) {
        memset(slot.buffer, 'a' + call.number % 26, call.bytes);
    }
    memset(&slot.block, 0, sizeof slot.block);
    slot.block.aio_fildes = call.fd;
    slot.block.aio_buf = slot.buffer;
    slot.block.aio_nbytes = call.bytes;
    slot.block.aio_offset = call.offset;
    slot.block.aio_reqprio = is_sync(call.kind) ? 0 : call.reqprio;
    slot.block.aio_lio_opcode = call.kind == Kind::kRead ? LIO_READ : LIO_WRITE;
    slot.block.aio_sigevent = choose_event(call);
    slot.call = &call;
    ++black_box->requests;
    return call;
}

void begin_call(Submitting& submitting) {
    for (Call* call : submitting.calls) {
        call->called = world.steps();
        world.trace(
            "submits request %d: %s of descriptor %d, %d bytes at %d, reqprio %d", call->number,
            call->kind == Kind::kRead    ? "read"
            : call->kind == Kind::kWrite ? "write"
                                         : "sync",
            call->fd, static_cast<int>(call->bytes), static_cast<int>(call->offset), call->reqprio);
    }
    world.current()->call = &submitting;
}

// `accepted`: by the answer of the call.
void end_call(Call& call, bool accepted) {
    if (accepted == call.refused) {
        fail(call, accepted ? "accepted, but its block says that it was refused"
                            : "refused, but its block does not say so");
    }
    if (call.refused) {
        if (call.begun || call.status != aio_error(&call.slot->block)) {
            fail(call, "refused, and yet something happened to it");
        }
        call.expects = false;
        scribble(*call.slot);
    }
    call.returned = world.steps();
}

}  // namespace

void submit(Client& client) {
    Slot* slot = free_slot(client);
    if (slot == nullptr) {
        return;
    }
    Call& call = make_call(*slot, true);
    Submitting submitting = {{&call}};
    begin_call(submitting);
    int how = call.kind == Kind::kDataSync ? O_DSYNC : O_SYNC;
    int answer = call.kind == Kind::kRead    ? aio_read(&slot->block)
                 : call.kind == Kind::kWrite ? aio_write(&slot->block)
                                             : aio_fsync(how, &slot->block);
    world.current()->call = nullptr;
    end_call(call, answer == 0);
}

namespace {

void check_answer(const List& list, int error) {
    bool refused = std::ranges::any_of(list.calls, &Call::refused);
    if ((error == 0 && refused) || (error == EAGAIN && !refused && !list.calls.empty())) {
        world.fail("lio_listio: %s, with %s request", strerror(error),
                   refused ? "a refused" : "no");
    }
    if (!list.waits || error == EINTR) {
        return;
    }
    bool failed = std::ranges::any_of(list.calls, [](Call* call) { return call->status != 0; });
    if (!std::ranges::all_of(list.calls, [](Call* call) { return is_settled(*call); })) {
        world.fail("lio_listio has waited, but not for all of its requests");
    }
    bool could_refuse = refused || list.calls.empty();
    if (error != (failed ? EIO : 0) && !(could_refuse && error == EAGAIN)) {
        world.fail("lio_listio has waited and says %s", strerror(error));
    }
}

}  // namespace

void submit_list(Client& client) {
    List& list = program.lists.emplace_back();
    Submitting submitting;
    std::vector<aiocb*> blocks;
    while (Slot* slot = free_slot(client)) {
        Call& call = make_call(*slot, false);
        call.list = &list;
        call.chain = &list;
        list.calls.push_back(&call);
        submitting.calls.push_back(&call);
        blocks.push_back(&slot->block);
    }
    blocks.push_back(nullptr);
    begin_call(submitting);
    list.waits = world.one_in(2);
    sigevent event = choose_event(list);
    list.expects = list.expects && !list.waits;
    int answer = lio_listio(list.waits ? LIO_WAIT : LIO_NOWAIT, blocks.data(),
                            static_cast<int>(blocks.size()), &event);
    int error = errno;
    world.current()->call = nullptr;
    if (!submitting.asked && answer != 0) {  // not even a record for the list itself
        list.expects = false;
    }
    check_answer(list, answer == 0 ? 0 : error);
    list.waits = false;
    for (Call* call : list.calls) {
        end_call(*call, !call->refused);
    }
}

}  // namespace uaio::sim
