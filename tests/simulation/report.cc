// What the simulated system reports of the engine: statuses, notifications, looks at descriptors.
#include "tests/simulation/program.h"

#include <errno.h>
#include <string.h>

#include <algorithm>

#include "tests/simulation/scenario.h"
#include "tests/simulation/world.h"

namespace uaio::sim {
namespace {

void check_ring(Target& target) {
    for (Call& call : program.calls) {
        if (&target == &call && call.published != 1) {
            fail(call, "notified before it was published");
        }
    }
    for (List& list : program.lists) {
        bool all = std::ranges::all_of(list.calls, [](Call* call) { return is_settled(*call); });
        if (&target == &list && !all) {
            world.fail("a list was notified before all of its requests were published");
        }
    }
    if (!target.expects) {
        world.fail("a notification that nobody asked for");
    }
    if (++target.rung > 1) {
        world.fail("a notification was made twice");
    }
}

// fsync does what fdatasync does.
bool does(Kind done, Kind wanted) {
    return done == wanted || (done == Kind::kFileSync && wanted == Kind::kDataSync);
}

// What was done for a call that is being published. Several syncs of a descriptor may be served by
// one system call, which must have begun after the last of them was submitted.
Run* run_of(const Call& call) {
    Run* run = take_run();
    if (run != nullptr || !is_sync(call.kind) || call.status == ECANCELED) {
        return run;
    }
    Run* last = last_run();
    bool shared = last != nullptr && is_sync(last->kind) && last->fd == call.fd &&
                  last->began > call.called && last->error == call.status;
    return shared ? last : nullptr;
}

}  // namespace

// A list asks about a descriptor for several of its entries at one time.
void note_described(int fd, const File& file, bool append, Asked asked) {
    auto* submitting = static_cast<Submitting*>(world.current()->call);
    if (submitting == nullptr) {
        return;
    }
    submitting->asked = true;
    for (Call* call : submitting->calls) {
        if (call->fd == fd && !call->begun && !call->refused) {
            if (asked == Asked::kAccess) {
                note_opening(*call, append);
            }
            note_file(*call, file, append);
        }
    }
}

void note_identified() {}

void note_unclaimed() {
    world.fail("%s has done the work of a request and never published it",
               world.current()->name.c_str());
}

void ring(sigval value) {
    world.trace("notifies");
    check_ring(*static_cast<Target*>(value.sival_ptr));
}

const char* setting(const char* name) {
    auto found = program.settings.find(name);
    return found != program.settings.end() ? found->second.c_str() : nullptr;
}

namespace {

// The slot whose block has that error word.
const Slot& slot_of(const void* word) {
    for (Client& client : program.clients) {
        for (Slot& slot : slots_of(client)) {
            if (word == &slot.block.__error_code) {
                return slot;
            }
        }
    }
    world.fail("a status outside of all control blocks");
}

}  // namespace

void status_looked_at(const void* word) {
    if (slot_of(word).call == nullptr) {
        world.fail("a control block was looked at after its owner had freed it");
    }
}

void status_stored(const void* word, long value) {
    const Slot& slot = slot_of(word);
    if (slot.call == nullptr) {
        world.fail("a control block was published after its owner had it back");
    }
    Call& call = *slot.call;
    if (value == EINPROGRESS) {
        call.begun = true;
        return;
    }
    call.status = static_cast<int>(value);
    call.begun = call.begun || value == 0;  // done at once
    if (!call.begun) {
        call.refused = true;
        return;
    }
    world.trace("publishes request %d: %s", call.number, strerror(call.status));
    call.run = run_of(call);
    if (++call.published > 1) {
        fail(call, "published twice");
    }
    if (call.run != nullptr && (call.run->fd != call.fd || !does(call.run->kind, call.kind))) {
        fail(call, "published with the result of another");
    }
    // What was being submitted while its descriptor was closed, and so was not waited for, is the
    // program's own race, even if somebody else closes the descriptor later.
    if (call.run != nullptr && call.run->file != call.file && !call.raced) {
        fail(call, "it reached a file that its descriptor did not stand for");
    }
    if (call.run != nullptr && call.run->ended > call.closed) {
        fail(call, "it ran on when its descriptor had been closed");
    }
    if (call.run == nullptr && call.status == 0 && !call.file->stream) {
        fail(call, "said to be done, but nothing was done");
    }
    if (call.run != nullptr && call.status == ECANCELED) {
        fail(call, "cancelled, and yet done");
    }
}

}  // namespace uaio::sim
