// Cancelling requests and closing descriptors.
#include "tests/simulation/program.h"

#include <algorithm>
#include <utility>

#include "tests/simulation/engine_state.h"
#include "tests/simulation/world.h"

namespace uaio::sim {

void cancel_one(Client& client) {
    std::vector<Slot*> slots = outstanding(client);
    if (slots.empty()) {
        return;
    }
    Call& call = *slots[world.choose(slots.size())]->call;
    world.trace("cancels request %d", call.number);
    int answer = aio_cancel(call.fd, &call.slot->block);
    world.trace("aio_cancel says %d", answer);
    if (answer == AIO_CANCELED && call.status != ECANCELED && !call.file->stream) {
        fail(call, "aio_cancel says that it is cancelled");
    }
    if ((answer == AIO_CANCELED || answer == AIO_ALLDONE) && call.published != 1) {
        fail(call, "aio_cancel says that it is done");
    }
    if (answer == AIO_NOTCANCELED && !call.file->stream) {
        if (call.status == ECANCELED) {
            fail(call, "aio_cancel says that it runs");
        }
        call.not_cancelled = true;
    }
}

void cancel_all(Client& client) {
    int fd = program.descriptors[world.choose(program.descriptors.size())];
    std::vector<Slot*> slots = outstanding(client);
    world.trace("cancels all requests of descriptor %d", fd);
    int answer = aio_cancel(fd, nullptr);
    world.trace("aio_cancel says %d", answer);
    if (answer != AIO_CANCELED && answer != AIO_ALLDONE) {
        return;
    }
    for (Slot* slot : slots) {
        if (slot->call->fd == fd && slot->call->published != 1) {
            fail(*slot->call, "aio_cancel says that all is done");
        }
    }
}

void close_and_reopen() {
    int fd = program.descriptors[world.choose(program.descriptors.size())];
    uint64_t before = world.steps();
    world.trace("closes descriptor %d", fd);
    bool& may_start_threads = world.current()->may_start_threads;
    bool before_close = std::exchange(may_start_threads, false);
    clear_descriptor(fd);
    may_start_threads = before_close;
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

}  // namespace uaio::sim
