// What the clients do.
#include <errno.h>
#include <string.h>

#include <algorithm>
#include <utility>

#include "aio/libaio/door.h"
#include "tests/simulation/door_program.h"
#include "tests/simulation/engine_state.h"
#include "tests/simulation/faults.h"
#include "tests/simulation/world.h"

namespace uaio::sim::door {
namespace {

// A block that its owner uses for something else.
constexpr int kReused = 0xAA;

// Events that are collected by one call. What the door is given lies on the stacks of the simulated
// threads: it remembers pages, and their addresses must be the same in every process.
constexpr uint64_t kCollected = 16;

constexpr int kBestEffort = 2 << 13;  // of the classes of I/O priorities
constexpr int kUsualLevel = 4;

Kind choose_kind() {
    constexpr Kind kKinds[] = {Kind::kRead,  Kind::kRead,  Kind::kRead,     Kind::kWrite,
                               Kind::kWrite, Kind::kWrite, Kind::kDataSync, Kind::kFileSync};
    return kKinds[world.choose(std::size(kKinds))];
}

Opcode opcode_of(Kind kind) {
    return kind == Kind::kRead       ? kPread
           : kind == Kind::kWrite    ? kPwrite
           : kind == Kind::kDataSync ? kFdsync
                                     : kFsync;
}

void choose(Call& call) {
    call.kind = choose_kind();
    call.fd = program.descriptors[world.choose(program.descriptors.size())];
    if (is_sync(call.kind) && disk.find(call.fd)->file->stream) {
        call.kind = Kind::kRead;
    }
    call.bytes = is_sync(call.kind) ? 0 : 1 + world.choose(kBytesMax);
    call.offset = is_sync(call.kind) ? 0 : static_cast<int64_t>(world.choose(kFileBytes));
    call.reqprio = !is_sync(call.kind) && world.one_in(4) ? static_cast<int>(world.choose(3)) : 0;
    call.belled = world.one_in(4);
}

void fill_in(Call& call) {
    IoBlock& block = *call.block;
    block = {};
    block.data = static_cast<uint64_t>(call.number);
    block.opcode = opcode_of(call.kind);
    block.fd = call.fd;
    block.buffer = is_sync(call.kind) ? 0 : reinterpret_cast<uintptr_t>(call.buffer);
    block.bytes = call.bytes;
    block.offset = call.offset;
    if (call.reqprio != 0) {
        block.flags |= kFlagPriority;
        block.reqprio = static_cast<int16_t>(kBestEffort | (kUsualLevel + call.reqprio));
    }
    if (call.belled) {
        block.flags |= kFlagBell;
        block.bell = kBell;
    }
}

Call& make_call(Context& context, const Submitting& submitting) {
    Call& call = program.calls.emplace_back();
    call.number = static_cast<int>(program.calls.size());
    call.context = &context;
    call.chain = &submitting;
    auto* memory = static_cast<char*>(take_memory(sizeof(IoBlock) + kBytesMax));
    call.block = reinterpret_cast<IoBlock*>(memory);
    call.buffer = memory + sizeof(IoBlock);
    choose(call);
    memset(call.buffer, call.kind == Kind::kWrite ? 'a' + call.number % 26 : '#', kBytesMax);
    fill_in(call);
    call.called = world.steps();
    world.trace("submits request %d: opcode %d of descriptor %d, %d bytes at %d, reqprio %d",
                call.number, call.block->opcode, call.fd, static_cast<int>(call.bytes),
                static_cast<int>(call.offset), call.reqprio);
    ++black_box->requests;
    return call;
}

void reuse(Call& call) {
    memset(static_cast<void*>(call.block), kReused, sizeof *call.block);
    call.reused = true;
}

void check_answer(const Context& context, long answer, size_t asked) {
    bool all = answer == static_cast<long>(asked);
    bool gone = answer == -EINVAL && context.dying;
    bool poor = faults.no_memory_one_in != 0 && (answer == -EAGAIN || answer > 0);
    if (!all && !gone && !poor) {
        world.fail("io_submit says %ld of %d", answer, static_cast<int>(asked));
    }
}

void note_event(Context& context, const IoEvent& event) {
    auto found = std::ranges::find_if(program.calls, [&](const Call& call) {
        return reinterpret_cast<uintptr_t>(call.block) == event.block;
    });
    if (found == program.calls.end() || found->context != &context) {
        world.fail("an event of nothing");
    }
    Call& call = *found;
    world.trace("gets the event of request %d: %d", call.number, static_cast<int>(event.result));
    if (++call.events > 1) {
        fail(call, "a second event");
    }
    if (event.data != static_cast<uint64_t>(call.number) || event.result2 != 0) {
        fail(call, "an event that is damaged");
    }
    call.result = event.result;
    call.seen = world.steps();
    ++context.collected;
}

// Whom a signal may interrupt gets what there is by then.
void check_collected(const Context& context, long answer, long least, bool unlimited) {
    bool dying = context.dying && answer == -EINVAL;
    bool handles = world.current()->handler != nullptr;
    bool interrupted = handles && (answer == -EINTR || (answer >= 0 && answer < least));
    bool late = !unlimited && answer >= 0;
    bool ended = context.dying && answer > 0;
    if (answer < least && !dying && !interrupted && !late && !ended) {
        world.fail("io_getevents says %ld", answer);
    }
}

}  // namespace

Context* set_up(bool by_hand) {
    uintptr_t address = 0;
    long answer = setup_context(1, &address);
    if (answer != 0) {
        if (faults.no_memory_one_in == 0 || (answer != -ENOMEM && answer != -EAGAIN)) {
            world.fail("io_setup says %ld", answer);
        }
        return nullptr;
    }
    Context& context = program.contexts.emplace_back();
    context.address = address;
    context.by_hand = by_hand;
    return &context;
}

void submit(Context& context) {
    auto* submitting = new Submitting;  // its address is the chain's name
    IoBlock* blocks[kTogether];
    size_t count = 1 + world.choose(kTogether);
    for (size_t i = 0; i < count; ++i) {
        Call& call = make_call(context, *submitting);
        submitting->calls.push_back(&call);
        blocks[i] = call.block;
    }
    void* before = std::exchange(world.current()->call, submitting);
    long answer = submit_blocks(context.address, static_cast<long>(count), blocks);
    world.current()->call = before;
    note_runs();
    world.trace("io_submit says %d", static_cast<int>(answer));
    check_answer(context, answer, count);
    auto accepted = static_cast<size_t>(std::max(answer, 0L));
    context.accepted += accepted;
    for (size_t i = 0; i < count; ++i) {
        Call& call = *submitting->calls[i];
        call.returned = world.steps();
        call.accepted = i < accepted;
        if (world.one_in(2)) {
            reuse(call);
        }
    }
}

void collect(Context& context, bool patient) {
    if (context.by_hand || context.dying || context.promised >= context.accepted) {
        return;
    }
    uint64_t free = std::min<uint64_t>(context.accepted - context.promised, kCollected);
    auto most = static_cast<long>(patient ? free : 1 + world.choose(std::min<uint64_t>(free, 3)));
    long least = patient ? most : static_cast<long>(world.choose(static_cast<uint64_t>(most) + 1));
    context.promised += static_cast<uint64_t>(most);
    bool unlimited = patient || world.one_in(2);
    timespec timeout = {0, static_cast<long>(world.choose(2'000'000))};
    sigset_t mask = world.current()->blocked;
    IoEvent events[kCollected];
    world.trace("wants %d to %d events", static_cast<int>(least), static_cast<int>(most));
    long answer = collect_events(context.address, least, most, events,
                                 unlimited ? nullptr : &timeout, world.one_in(2) ? &mask : nullptr);
    world.trace("io_getevents says %d", static_cast<int>(answer));
    check_collected(context, answer, least, unlimited);
    long got = std::max(answer, 0L);
    context.promised -= static_cast<uint64_t>(most - got);
    for (long i = 0; i < got; ++i) {
        note_event(context, events[i]);
    }
}

void reap(Context& context) {
    auto* header = reinterpret_cast<RingHeader*>(context.address);
    auto* events = reinterpret_cast<IoEvent*>(header + 1);
    context.reaping = true;
    uint32_t head = 0;
    while (!context.dying) {
        uint32_t tail = std::atomic_ref<uint32_t>(header->tail).load(std::memory_order_acquire);
        if (head == tail) {
            world.be_busy(10'000);
            continue;
        }
        IoEvent event = events[head];
        head = (head + 1) % header->count;
        std::atomic_ref<uint32_t>(header->head).store(head, std::memory_order_release);
        note_event(context, event);
    }
    context.reaping = false;
}

void cancel(Context& context) {
    std::vector<Call*> found;
    for (Call& call : program.calls) {
        if (call.context == &context && call.accepted && !call.reused && call.events == 0) {
            found.push_back(&call);
        }
    }
    if (found.empty() || context.dying) {
        return;
    }
    Call& call = *found[world.choose(found.size())];
    world.trace("cancels request %d", call.number);
    long answer = cancel_block(context.address, call.block);
    world.trace("io_cancel says %d", static_cast<int>(answer));
    if (answer == -EINPROGRESS) {
        if (std::exchange(call.cancelled, true)) {
            fail(call, "cancelled twice");
        }
    } else if (answer != -EINVAL) {
        fail(call, "io_cancel says something else");
    }
}

void close_and_reopen() {
    int fd = program.descriptors[world.choose(program.descriptors.size())];
    uint64_t before = world.steps();
    world.trace("closes descriptor %d", fd);
    bool may_start_threads = std::exchange(world.current()->may_start_threads, false);
    clear_descriptor(fd);
    world.current()->may_start_threads = may_start_threads;
    for (Call& call : program.calls) {
        if (call.fd != fd) {
            continue;
        }
        if (call.returned != 0 && call.returned < before) {
            call.closed = std::min(call.closed, world.steps());
        } else {
            call.raced = true;
        }
    }
    program.replaced[fd] = true;
    disk.replace(fd, disk.make_file(kFileBytes));
}

// Whoever reaps by hand must not be at the ring when it goes.
void destroy(Context& context) {
    context.dying = true;
    context.dying_since = std::min(context.dying_since, world.steps());
    while (context.reaping) {
        world.be_busy(10'000);
    }
    world.trace("destroys a context");
    long answer = destroy_context(context.address);
    world.trace("io_destroy says %d", static_cast<int>(answer));
    if (answer == 0) {
        if (context.gone != 0) {
            world.fail("destroyed twice");
        }
        context.gone = world.steps();
    } else if (answer != -EINVAL) {
        world.fail("io_destroy says %ld", answer);
    }
}

}  // namespace uaio::sim::door
