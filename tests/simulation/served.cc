#include "tests/simulation/served.h"

#include <deque>

#include "tests/simulation/world.h"

namespace uaio::sim {
namespace {

std::deque<Run> runs;

// fsync does what fdatasync does.
bool does(Kind done, Kind wanted) {
    return done == wanted || (done == Kind::kFileSync && wanted == Kind::kDataSync);
}

// Several syncs of a descriptor may be served by one system call, which must have begun after the
// last of them was submitted; the latest one may have been theirs. Of one that the program has not
// seen end nobody knows whether it was served at all.
Run* sync_of(const Served& request) {
    Run* latest = nullptr;
    for (Run& run : runs) {
        bool served = run.fd == request.fd && is_sync(run.kind) && does(run.kind, request.kind) &&
                      run.began > request.called && run.ended < request.seen &&
                      answer_of(run) == request.result;
        if (served && (latest == nullptr || run.began > latest->began)) {
            latest = &run;
        }
    }
    return latest;
}

Run* transfer_of(const Served& request) {
    Run* found = nullptr;
    for (Run& run : runs) {
        if (run.buffer != request.buffer || is_sync(run.kind)) {
            continue;
        }
        if (found != nullptr && !run.file->stream) {
            fail(request, "made twice");
        }
        found = &run;
    }
    if (found != nullptr && (found->fd != request.fd || found->kind != request.kind)) {
        fail(request, "something else was made of it");
    }
    return found;
}

}  // namespace

void fail(const Served& request, const char* what) {
    world.fail("request %d (%s of descriptor %d): %s", request.number,
               request.kind == Kind::kRead    ? "read"
               : request.kind == Kind::kWrite ? "write"
                                              : "sync",
               request.fd, what);
}

// A write to a stream may have been made in several pieces, of which the last one counts.
void note_runs() {
    while (Run* run = take_run()) {
        runs.push_back(*run);
        delete run;
    }
}

int64_t answer_of(const Run& run) {
    return run.error != 0 ? -run.error : run.result;
}

namespace {

// Those that their threads have not written down are left at the threads.
void note_what_is_left() {
    for (Fiber* fiber : world.fibers()) {
        for (auto* run = static_cast<Run*>(fiber->run); run != nullptr; run = run->next) {
            runs.push_back(*run);
        }
        fiber->run = nullptr;
    }
}

}  // namespace

void check_runs_until(uint64_t moment) {
    note_what_is_left();
    for (const Run& run : runs) {
        if (run.ended > moment || run.ended == 0) {
            world.fail("a system call for descriptor %d went on", run.fd);
        }
    }
}

Run* run_of(const Served& request) {
    note_what_is_left();
    return is_sync(request.kind) ? sync_of(request) : transfer_of(request);
}

}  // namespace uaio::sim
