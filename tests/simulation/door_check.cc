// What must hold in the end, whatever the schedule.
#include <errno.h>
#include <string.h>

#include <algorithm>

#include "tests/simulation/door_program.h"
#include "tests/simulation/engine_state.h"
#include "tests/simulation/faults.h"
#include "tests/simulation/world.h"

namespace uaio::sim::door {

namespace {

// What waits behind a stream's request waits without a thread.
bool has_stood_for_a_stream(int fd) {
    return std::ranges::any_of(program.calls, [fd](const Call& call) {
        return call.fd == fd && call.file != nullptr && call.file->stream;
    });
}

// Who closes the descriptor waits, but for what waits for a stream, and for want of a thread, which
// there may not be yet when a handler interrupts who submits.
bool may_be_withdrawn(const Call& call) {
    return call.cancelled || call.seen > call.context->dying_since || call.raced ||
           (call.closed != UINT64_MAX &&
            (has_stood_for_a_stream(call.fd) || faults.no_thread_one_in != 0));
}

void check_error(const Call& call) {
    switch (-call.result) {
        case ECANCELED:
            return may_be_withdrawn(call) ? void()
                                          : fail(call, "withdrawn, and nobody wanted that");
        case EBADF:
            return call.raced ? void() : fail(call, "ends with EBADF");
        case EIO:
        case ENOSPC:
            return faults.io_error_one_in != 0 ? void() : fail(call, "an error from nowhere");
        case EAGAIN:  // nobody to be had to wait for the stream
        case EPIPE:
            return call.file->stream ? void() : fail(call, "ends like a stream's");
        default:
            fail(call, strerror(static_cast<int>(-call.result)));
    }
}

void check_result(const Call& call) {
    if (call.cancelled != (call.result == -ECANCELED) && call.cancelled) {
        fail(call, "io_cancel says that it is cancelled");
    }
    if (call.result < 0) {
        check_error(call);
    }
    if (call.result == -ECANCELED && call.run != nullptr && !is_sync(call.kind)) {
        fail(call, "withdrawn, and yet made");
    }
    if (call.file->stream || call.result == -ECANCELED || call.result == -EBADF) {
        return;
    }
    if (call.run == nullptr) {
        fail(call, "an event, and nothing was done");
    }
    if (answer_of(*call.run) != call.result) {
        fail(call, "another result than that of its system call");
    }
}

void check_call(Call& call) {
    call.run = run_of(call);
    if (!call.accepted) {
        if (call.events > 0 || (call.run != nullptr && !is_sync(call.kind))) {
            fail(call, "refused, and yet something happened to it");
        }
        call.run = nullptr;
        return;
    }
    if (call.events == 0) {
        if (!call.context->dying) {
            fail(call, "no event");
        }
    } else {
        check_result(call);
    }
    if (call.run == nullptr || is_sync(call.kind)) {
        return;
    }
    if (call.context->gone != 0 && call.run->ended > call.context->gone) {
        fail(call, "it ran on when its context was gone");
    }
    if (call.run->ended > call.closed) {
        fail(call, "it ran on when its descriptor had been closed");
    }
    if (call.run->file != call.file && !call.raced) {
        fail(call, "it reached a file that its descriptor did not stand for");
    }
}

// Whoever reuses a block finds it as he has left it.
void check_block(const Call& call) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(call.block);
    bool touched = std::any_of(bytes, bytes + sizeof *call.block,
                               [](unsigned char byte) { return byte != 0xAA; });
    if (call.reused && touched) {
        fail(call, "its block was touched after it had been submitted");
    }
}

void check_ends() {
    auto belled = static_cast<uint64_t>(std::ranges::count_if(
        program.calls, [](const Call& call) { return call.accepted && call.belled; }));
    if (program.rung != belled) {
        world.fail("%d bells for %d requests", static_cast<int>(program.rung),
                   static_cast<int>(belled));
    }
    std::string left = what_is_left(program.descriptors, {}, 0);
    if (!left.empty()) {
        world.fail("left in the engine: %s", left.c_str());
    }
}

}  // namespace

void check_all() {
    for (Call& call : program.calls) {
        check_call(call);
        check_block(call);
    }
    for (const Call& one : program.calls) {
        for (const Call& other : program.calls) {
            if (!one.raced && !other.raced) {  // else half of what is known is of another file
                check_order(one, other, program.is_strict);
            }
        }
    }
    for (const Context& context : program.contexts) {
        if (context.gone == 0) {
            world.fail("a context is left");
        }
    }
    check_balance(
        static_cast<uint64_t>(std::ranges::count(program.calls, true, &Call::accepted)));
    check_ends();
}

}  // namespace uaio::sim::door
