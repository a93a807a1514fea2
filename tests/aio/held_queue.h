// HeldQueue: a file with one write that runs, held, and others queued behind it.
#pragma once

#include <stddef.h>

#include <deque>

#include "aio/engine.h"
#include "tests/aio/held_io.h"
#include "tests/aio/own_door.h"
#include "tests/support/scratch_file.h"

namespace uaio::test {

struct HeldQueue {
    explicit HeldQueue(size_t queued) : file("0123456789"), held(file.fd()) {
        running.submit(write_at(file.fd(), 0, "x"));
        held.wait_until_running();
        for (size_t i = 0; i < queued; ++i) {
            waiting.emplace_back().submit(write_at(file.fd(), 0, "y"));
        }
    }

    // Lets so many held calls go on and waits for every status.
    void finish(int calls) {
        held.release(calls);
        running.finish();
        for (Owner& owner : waiting) {
            owner.finish();
        }
        let_go(file.fd());
    }

    ScratchFile file;
    Owner running;
    std::deque<Owner> waiting;
    HeldIo held;
};

inline bool is(const Engine::Cancelled& cancelled, size_t withdrawn, size_t running) {
    return cancelled.withdrawn == withdrawn && cancelled.running == running;
}

}  // namespace uaio::test
