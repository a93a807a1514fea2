#include <errno.h>
#include <string.h>

#include <algorithm>
#include <utility>

#include "aio/embed/instance.h"
#include "tests/simulation/faults.h"
#include "tests/simulation/own_program.h"
#include "tests/simulation/scenario.h"
#include "tests/simulation/world.h"

namespace uaio::sim {
namespace own {

Program program;

namespace {

constexpr int kScribble = 0xAA;

// --- ends -------------------------------------------------------------------------------------

void note_end(Call& call, ssize_t result, int error) {
    world.trace("operation %d ends: %d %s", call.number, static_cast<int>(result),
                error != 0 ? strerror(error) : "");
    if (program.gone != UINT64_MAX) {
        fail(call, "told of its end after that of its engine");
    }
    if (++call.ends > 1) {
        fail(call, "a second end");
    }
    if ((error != 0) != (result < 0)) {
        fail(call, "an error with a result, or none without one");
    }
    call.result = error != 0 ? -error : result;
    call.seen = world.steps();
    memset(static_cast<void*>(call.operation), kScribble, sizeof *call.operation);
}

void submit();

void done(void* user, ssize_t result, int error) {
    note_runs();
    note_end(*static_cast<Call*>(user), result, error);
    for (uint64_t points = world.choose(4); points > 0; --points) {
        world.point("in a done", nullptr);
    }
    if (world.one_in(8)) {
        world.be_busy(1'000'000);
    }
    if (world.one_in(3)) {
        void* before = world.current()->call;
        submit();
        world.current()->call = before;
    }
    if (program.gone != UINT64_MAX) {
        world.fail("a done returns when its engine is gone");
    }
}

// --- actions ----------------------------------------------------------------------------------

uaio_opcode opcode_of(Kind kind) {
    return kind == Kind::kRead       ? UAIO_READ
           : kind == Kind::kWrite    ? UAIO_WRITE
           : kind == Kind::kDataSync ? UAIO_SYNC_DATA
                                     : UAIO_SYNC_ALL;
}

void choose(Call& call) {
    constexpr Kind kKinds[] = {Kind::kRead,  Kind::kRead,  Kind::kWrite,    Kind::kWrite,
                               Kind::kWrite, Kind::kWrite, Kind::kDataSync, Kind::kFileSync};
    call.kind = kKinds[world.choose(std::size(kKinds))];
    call.fd = program.descriptors[world.choose(program.descriptors.size())];
    if (is_sync(call.kind) && disk.find(call.fd)->file->stream) {
        call.kind = Kind::kRead;
    }
    call.offset = static_cast<int64_t>(world.choose(kFileBytes));
    call.bytes = 1 + world.choose(kBytesMax);
    call.reqprio = world.one_in(4) ? static_cast<int>(world.choose(3)) : 0;
    call.told = world.one_in(2);
}

Call& make_call(const Submitting& submitting) {
    Call& call = program.calls.emplace_back();
    call.number = static_cast<int>(program.calls.size());
    call.chain = &submitting;
    call.buffer = call.data;
    choose(call);
    memset(call.data, call.kind == Kind::kWrite ? 'a' + call.number % 26 : '#', kBytesMax);
    call.operation = new (take_memory(sizeof(uaio_operation))) uaio_operation{};
    call.operation->opcode = opcode_of(call.kind);
    call.operation->fd = call.fd;
    call.operation->buffer = call.data;
    call.operation->bytes = call.bytes;
    call.operation->offset = call.offset;
    call.operation->priority = -call.reqprio;
    call.operation->done = call.told ? done : nullptr;
    call.operation->user = &call;
    call.operation->result = 7;  // who believed in what is there before the end would see it
    call.operation->error = EDOM;
    call.called = world.steps();
    world.trace("submits operation %d: opcode %d of descriptor %d, %d bytes at %d, priority %d%s",
                call.number, static_cast<int>(call.operation->opcode), call.fd,
                static_cast<int>(call.bytes), static_cast<int>(call.offset), -call.reqprio,
                call.told ? ", with a done" : "");
    ++black_box->requests;
    return call;
}

void submit() {
    if (program.calls.size() + kTogether > kCallsMax) {
        return;
    }
    auto& submitting = *new Submitting;  // its address tells chains apart
    std::vector<uaio_operation*> operations;
    for (uint64_t count = 1 + world.choose(kTogether); count > 0; --count) {
        submitting.calls.push_back(&make_call(submitting));
        operations.push_back(submitting.calls.back()->operation);
    }
    world.current()->call = &submitting;
    int error = 0;
    size_t taken = uaio_submit(program.engine, operations.data(), operations.size(), &error);
    note_runs();
    world.current()->call = nullptr;
    world.trace("uaio_submit says %d of %d: %s", static_cast<int>(taken),
                static_cast<int>(operations.size()), strerror(error));
    for (size_t i = 0; i < operations.size(); ++i) {
        submitting.calls[i]->accepted = i < taken;
        submitting.calls[i]->returned = world.steps();
    }
    bool gone = error == ECANCELED && program.dying_since != UINT64_MAX;
    bool poor = error == EAGAIN && faults.no_memory_one_in != 0;
    if (taken < operations.size() && !gone && !poor) {
        world.fail("uaio_submit says %d of %d: %s", static_cast<int>(taken),
                   static_cast<int>(operations.size()), strerror(error));
    }
}

// An operation that has ended is the program's, who may no longer name it.
void cancel() {
    std::vector<Call*> outstanding;
    for (Call& call : program.calls) {
        if (call.accepted && call.ends == 0 && !call.told) {
            outstanding.push_back(&call);
        }
    }
    if (outstanding.empty()) {
        return;
    }
    Call& call = *outstanding[world.choose(outstanding.size())];
    call.wished = call.wished || call.file->stream;  // may end later, if it is being tried
    world.trace("cancels operation %d", call.number);
    uaio_operation* all[] = {call.operation};
    call.withdrawn = uaio_cancel(program.engine, all, 1) == 1 || call.withdrawn;
}

void cancel_descriptor() {
    int fd = program.descriptors[world.choose(program.descriptors.size())];
    world.trace("cancels all of descriptor %d", fd);
    uaio_cancel_descriptor(program.engine, fd);
    for (Call& call : program.calls) {  // perhaps also what others have submitted meanwhile
        call.wished = call.wished || call.fd == fd;
    }
}

size_t outstanding() {
    return static_cast<size_t>(std::ranges::count_if(program.calls, [](const Call& call) {
        return !call.told && call.accepted && call.ends == 0;
    }));
}

// Takes no more than what is promised to nobody else, so that he who waits without a limit is
// woken. `patient`: all of that, without one.
void collect(bool patient) {
    size_t free = outstanding() - program.promised;
    if (free == 0) {
        return;
    }
    size_t most = patient ? free : 1 + world.choose(std::min<size_t>(free, 3));
    size_t least = patient ? most : world.choose(most + 1);
    int64_t timeout =
        patient || world.one_in(2) ? -1 : static_cast<int64_t>(world.choose(3'000'000));
    int64_t deadline = world.now() + timeout;
    program.promised += most;
    uaio_operation* ended[kCallsMax];
    int error = 0;
    world.trace("wants %d to %d ends", static_cast<int>(least), static_cast<int>(most));
    size_t taken = uaio_waitn(program.engine, ended, least, most, timeout, &error);
    world.trace("uaio_waitn says %d", static_cast<int>(taken));
    bool late = timeout >= 0 && error == ETIMEDOUT && world.now() >= deadline;
    if (taken > most || (taken < least && !late)) {
        world.fail("uaio_waitn says %d: %s", static_cast<int>(taken), strerror(error));
    }
    for (size_t i = 0; i < taken; ++i) {
        note_end(*static_cast<Call*>(ended[i]->user), ended[i]->result, ended[i]->error);
    }
    program.promised -= most;
}

void destroy() {
    world.trace("destroys the engine");
    program.dying_since = world.steps();
    uaio_engine_destroy(program.engine);
    note_runs();
    world.trace("the engine is gone");
    for (Call& call : program.calls) {
        if (call.accepted && !call.told && call.ends == 0) {
            note_end(call, call.operation->result, call.operation->error);
        }
    }
    program.gone = world.steps();
}

void act() {
    switch (world.choose(8)) {
        case 0:
            return cancel();
        case 1:
            return cancel_descriptor();
        case 2:
        case 3:
            return collect(false);
        default:
            return submit();
    }
}

void be_client() {
    for (uint64_t actions = 1 + world.choose(6); actions > 0; --actions) {
        act();
    }
    if (--program.clients_left == 0) {
        if (world.one_in(3)) {
            collect(true);
        }
        destroy();
    }
}

// --- the world --------------------------------------------------------------------------------

void choose_files() {
    for (int i = 0; i < kFiles; ++i) {
        File& file = disk.make_file(kFileBytes);
        program.descriptors.push_back(disk.open(file, world.one_in(5), world.one_in(2)));
        if (world.one_in(3)) {
            program.descriptors.push_back(disk.open(file, false, true));
        }
    }
    if (world.one_in(2)) {
        program.descriptors.push_back(disk.open(disk.make_stream()));
    }
}

void choose_engine() {
    program.is_strict = world.one_in(3);
    uaio_options options = {};
    options.size = sizeof options;
    options.threads = static_cast<unsigned>(1 + world.choose(4));
    options.idle_ms = static_cast<int>(world.choose(3)) - 1;
    options.order = program.is_strict ? UAIO_ORDER_STRICT : UAIO_ORDER_CONFLICT;
    options.express_bytes = world.one_in(2) ? 0 : 1 + world.choose(6);
    program.engine = uaio_engine_create(&options, nullptr);
    world.trace("%s order, %u threads", program.is_strict ? "strict" : "conflict", options.threads);
}

void populate() {
    uint64_t count = 1 + world.choose(3);
    program.clients_left = count;
    for (uint64_t i = 0; i < count; ++i) {
        world.spawn("client " + std::to_string(i), be_client);
    }
    world.spawn("peer", [] { disk.feed_streams(); });
}

}  // namespace
}  // namespace own

void run_schedule(uint64_t seed, Detail detail) {
    world.begin(seed, detail);
    own::choose_files();
    own::choose_engine();
    choose_faults(false);
    own::populate();
    world.telling = &telling;
    world.run();
    own::check_all();
    black_box->steps += world.steps();
    ++black_box->schedules;
}

// --- what the engine does ---------------------------------------------------------------------

// The operations of a call are described in turn: first how each was opened, which is asked once.
void note_described(int fd, const File& file, bool append, Asked asked) {
    note_runs();
    auto* submitting = static_cast<own::Submitting*>(world.current()->call);
    if (submitting == nullptr) {
        return;
    }
    submitting->asked += asked == Asked::kAccess;
    if (submitting->asked == 0 || submitting->calls[submitting->asked - 1]->fd != fd) {
        world.fail("another descriptor is looked at");
    }
    own::Call& call = *submitting->calls[submitting->asked - 1];
    if (asked == Asked::kAccess) {
        note_opening(call, append);
    }
    note_file(call, file, append);
}

void note_identified() {
    note_runs();
}

// Nobody claims anything when it is published: what was done for whom is found out in the end.
void note_unclaimed() {
    note_runs();
}

void ring(sigval) {
    world.fail("a notification, which nobody has asked for");
}

// An engine of a program's own looks at none.
const char* setting(const char*) {
    world.fail("the environment is looked at");
}

void status_stored(const void*, long) {}

void status_looked_at(const void*) {}

}  // namespace uaio::sim
