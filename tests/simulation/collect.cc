// Waiting for requests, and looking at what has become of them.
#include "tests/simulation/program.h"

#include <errno.h>
#include <string.h>

#include <algorithm>

#include "tests/simulation/faults.h"
#include "tests/simulation/world.h"

namespace uaio::sim {
namespace {

bool may_say(const Call& call, int error) {
    switch (error) {
        case 0:
        case ECANCELED:
            return true;
        case EBADF:
            return program.replaced[call.fd];
        case EIO:
        case ENOSPC:
            return faults.io_error_one_in != 0;
        case EAGAIN:  // nobody to be had to wait for the stream
            return call.file->stream && (faults.no_thread_one_in | faults.no_memory_one_in) != 0;
        case EPIPE:
            return call.file->hung_up;
        default:
            return false;
    }
}

}  // namespace

void collect(Slot& slot) {
    Call& call = *slot.call;
    int error = aio_error(&slot.block);
    if (error == EINPROGRESS) {
        return;
    }
    ssize_t result = aio_return(&slot.block);
    if (call.published != 1 || error != call.status) {
        fail(call, "its block has a status that was not published");
    }
    if (!may_say(call, error)) {
        world.fail("request %d ends with %s", call.number, strerror(error));
    }
    if (error != 0 && result != -1) {
        fail(call, "an error with a result");
    }
    if (error == 0 && call.run != nullptr && !call.file->stream && result != call.run->result) {
        fail(call, "another result than that of its system call");
    }
    size_t read = call.kind == Kind::kRead && error == 0 ? static_cast<size_t>(result) : 0;
    size_t touched = std::max(read, disk.glimpses[slot.buffer]);
    bool untouched = std::all_of(slot.buffer + touched, slot.buffer + kBytesMax,
                                 [](char byte) { return byte == '#'; });
    if (call.kind == Kind::kRead && !untouched && (error == 0 || error == ECANCELED)) {
        fail(call, "bytes of its buffer were touched that it did not read");
    }
    world.trace("collects request %d: %s", call.number, strerror(error));
    scribble(slot);
}

std::vector<Slot*> outstanding(Client& client) {
    std::vector<Slot*> found;
    for (Slot& slot : slots_of(client)) {
        if (slot.call != nullptr && slot.call->returned != 0) {
            found.push_back(&slot);
        }
    }
    return found;
}

void wait_for_some(const std::vector<Slot*>& slots, bool for_ever) {
    std::vector<const aiocb*> list = {nullptr};
    for (Slot* slot : slots) {
        list.push_back(&slot->block);
    }
    timespec timeout = {0, static_cast<long>(world.choose(3'000'000))};
    int answer = aio_suspend(list.data(), static_cast<int>(list.size()),
                             for_ever || world.one_in(2) ? nullptr : &timeout);
    bool any = std::ranges::any_of(slots, [](Slot* slot) { return slot->call->published > 0; });
    if (answer == 0 && !any) {
        world.fail("aio_suspend says that a request is done, but none is");
    }
    if (answer != 0 && errno != EINTR && errno != EAGAIN) {
        world.fail("aio_suspend: %s", strerror(errno));
    }
}

void wait_and_collect(Client& client) {
    std::vector<Slot*> slots = outstanding(client);
    if (slots.empty()) {
        return;
    }
    wait_for_some(slots, false);
    for (Slot* slot : slots) {
        collect(*slot);
    }
}

// A handler may interrupt its thread anywhere, and wait there for what it has submitted.
void handle(Client& client) {
    std::vector<Slot*> slots = outstanding(client);
    bool collects_twice = program.settings["UAIO_STRICT"] == "0";
    for (Slot* slot : slots) {
        if (aio_error(&slot->block) != EINPROGRESS && collects_twice) {
            aio_return(&slot->block);
        }
    }
    if (world.one_in(8)) {
        close_and_reopen();
    } else if (!slots.empty()) {
        wait_for_some({slots[world.choose(slots.size())]}, false);
    }
}

}  // namespace uaio::sim
