// What must hold in the end, whatever the schedule.
#include <errno.h>
#include <string.h>

#include <algorithm>

#include "tests/simulation/engine_state.h"
#include "tests/simulation/faults.h"
#include "tests/simulation/own_program.h"
#include "tests/simulation/world.h"

namespace uaio::sim::own {
namespace {

void check_error(const Call& call) {
    switch (-call.result) {
        case ECANCELED:
            return call.wished || call.withdrawn || call.seen > program.dying_since
                       ? void()
                       : fail(call, "withdrawn, and nobody wanted that");
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
    if (call.result < 0) {
        check_error(call);
    }
    if (call.file->stream) {  // a write of which may end with what it has written in several calls
        if (call.kind == Kind::kRead && call.result >= 0 &&
            (call.run == nullptr || answer_of(*call.run) != call.result)) {
            fail(call, "another result than that of its system call");
        }
        return;
    }
    if (call.withdrawn && call.result != -ECANCELED) {
        fail(call, "uaio_cancel says that it is withdrawn");
    }
    if (call.result == -ECANCELED) {
        return call.run != nullptr && !is_sync(call.kind) ? fail(call, "withdrawn, and yet made")
                                                          : void();
    }
    if (call.run == nullptr) {
        fail(call, "said to be done, but nothing was done");
    }
    if (answer_of(*call.run) != call.result) {
        fail(call, "another result than that of its system call");
    }
}

// From its end on it is the program's.
void check_operation(const Call& call) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(call.operation);
    bool touched = std::any_of(bytes, bytes + sizeof *call.operation,
                               [](unsigned char byte) { return byte != 0xAA; });
    if (call.ends > 0 && touched) {
        fail(call, "touched after its end");
    }
}

void check_call(Call& call) {
    call.run = run_of(call);
    if (!call.accepted) {
        if (call.ends > 0 || (call.run != nullptr && !is_sync(call.kind))) {
            fail(call, "refused, and yet something happened to it");
        }
        call.run = nullptr;
        return;
    }
    if (call.ends == 0) {
        fail(call, "no end");
    }
    check_result(call);
    check_operation(call);
}

}  // namespace

void check_all() {
    check_runs_until(program.gone);
    for (Call& call : program.calls) {
        check_call(call);
    }
    for (const Call& one : program.calls) {
        for (const Call& other : program.calls) {
            check_order(one, other, program.is_strict);
        }
    }
    check_balance(
        static_cast<uint64_t>(std::ranges::count(program.calls, true, &Call::accepted)));
}

}  // namespace uaio::sim::own
