#include "tests/simulation/scenario.h"

#include <aio.h>
#include <errno.h>
#include <string.h>

#include <algorithm>
#include <deque>
#include <map>
#include <new>
#include <span>
#include <string>
#include <vector>

#include "tests/simulation/engine_state.h"
#include "tests/simulation/faults.h"
#include "tests/simulation/world.h"

namespace uaio::sim {
namespace {

constexpr size_t kBytesMax = 8;
constexpr int kSlots = 3;  // control blocks of a client
constexpr int kFiles = 2;
constexpr int64_t kFileBytes = 12;

struct List;

// Whoever has something to be told.
struct Target {
    bool expects = false;
    int rung = 0;
};

struct Slot;

// One submission.
struct Call : Target {
    int number = 0;
    Kind kind = Kind::kRead;
    int fd = -1;
    int64_t offset = 0;
    size_t bytes = 0;
    int reqprio = 0;
    bool append = false;
    Slot* slot = nullptr;
    List* list = nullptr;
    const File* file = nullptr;  // what the descriptor stood for

    uint64_t called = 0;    // when the call that submitted it was made,
    uint64_t returned = 0;  // and when it had returned; 0: it has not yet
    bool begun = false;
    bool refused = false;
    bool not_cancelled = false;    // aio_cancel has said so
    uint64_t closed = UINT64_MAX;  // when its descriptor was
    int published = 0;
    int status = 0;
    Run* run = nullptr;
};

struct List : Target {
    std::vector<Call*> calls;
};

struct Slot {
    aiocb block;
    char buffer[kBytesMax];
    Call* call = nullptr;
};

struct Client {
    int number = 0;
    Slot* slots = nullptr;  // kSlots of them
    bool done = false;
};

std::span<Slot> slots_of(const Client& client) {
    return {client.slots, kSlots};
}

// --- the state of one schedule ----------------------------------------------------------------

std::deque<Client> clients;
std::deque<Call> calls;
std::deque<List> lists;
std::vector<int> descriptors;
std::map<std::string, std::string> settings;
bool is_strict = false;  // one request of a descriptor at a time
pthread_attr_t attributes;

// The submissions that a call makes, in the order in which the engine looks at them.
struct Submitting {
    std::vector<Call*> calls;
    size_t next = 0;
};

bool replaced[16];

[[noreturn]] void fail(const Call& call, const char* what) {
    world.fail("request %d (%s of descriptor %d): %s", call.number,
               call.kind == Kind::kRead    ? "read"
               : call.kind == Kind::kWrite ? "write"
                                           : "sync",
               call.fd, what);
}

bool is_settled(const Call& call) {
    return call.refused || call.published > 0;
}

// --- telling ----------------------------------------------------------------------------------

void check_ring(Target& target) {
    for (Call& call : calls) {
        if (&target == &call && call.published != 1) {
            fail(call, "notified before it was published");
        }
    }
    for (List& list : lists) {
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

void on_call(sigval value) {
    ring(value);
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
            event.sigev_notify_attributes = world.one_in(3) ? &attributes : nullptr;
            break;
        default:
            break;
    }
    target.expects = event.sigev_notify != SIGEV_NONE;
    return event;
}

// --- submitting -------------------------------------------------------------------------------

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

Slot* free_slot(Client& client) {
    for (Slot& slot : slots_of(client)) {
        if (slot.call == nullptr) {
            return &slot;
        }
    }
    return nullptr;
}

Kind choose_kind() {
    constexpr Kind kKinds[] = {Kind::kRead,  Kind::kRead,  Kind::kWrite,
                               Kind::kWrite, Kind::kWrite, Kind::kDataSync};
    return kKinds[world.choose(std::size(kKinds))];
}

Call& make_call(Slot& slot, bool may_sync) {
    if (!is_scribbled(slot)) {
        world.fail("a control block was touched after its owner had it back");
    }
    Call& call = calls.emplace_back();
    call.number = static_cast<int>(calls.size());
    call.slot = &slot;
    call.kind = choose_kind();
    if (!may_sync && is_sync(call.kind)) {
        call.kind = Kind::kWrite;
    }
    call.fd = descriptors[world.choose(descriptors.size())];
    if (is_sync(call.kind) && disk.find(call.fd)->file->stream) {
        call.kind = Kind::kRead;
    }
    call.offset = static_cast<int64_t>(world.choose(kFileBytes));
    call.bytes = 1 + world.choose(kBytesMax);
    call.reqprio = world.one_in(4) ? static_cast<int>(world.choose(3)) : 0;
    memset(slot.buffer, '#', sizeof slot.buffer);
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

void submit(Client& client) {
    Slot* slot = free_slot(client);
    if (slot == nullptr) {
        return;
    }
    Call& call = make_call(*slot, true);
    Submitting submitting = {{&call}};
    begin_call(submitting);
    int answer = call.kind == Kind::kRead    ? aio_read(&slot->block)
                 : call.kind == Kind::kWrite ? aio_write(&slot->block)
                                             : aio_fsync(O_DSYNC, &slot->block);
    world.current()->call = nullptr;
    end_call(call, answer == 0);
}

void submit_list(Client& client) {
    List& list = lists.emplace_back();
    Submitting submitting;
    std::vector<aiocb*> blocks;
    while (Slot* slot = free_slot(client)) {
        Call& call = make_call(*slot, false);
        call.list = &list;
        list.calls.push_back(&call);
        submitting.calls.push_back(&call);
        blocks.push_back(&slot->block);
    }
    blocks.push_back(nullptr);
    begin_call(submitting);
    bool waits = world.one_in(2);
    sigevent event = choose_event(list);
    list.expects = list.expects && !waits;
    int answer = lio_listio(waits ? LIO_WAIT : LIO_NOWAIT, blocks.data(),
                            static_cast<int>(blocks.size()), &event);
    int error = errno;
    world.current()->call = nullptr;
    if (submitting.next == 0 && answer != 0) {  // not even a record for the list itself
        list.expects = false;
    }
    if (waits && (answer == 0 || error == EIO) &&
        !std::ranges::all_of(list.calls, [](Call* call) { return is_settled(*call); })) {
        world.fail("lio_listio has waited, but not for all of its requests");
    }
    for (Call* call : list.calls) {
        end_call(*call, !call->refused);
    }
}

// --- collecting -------------------------------------------------------------------------------

bool may_say(const Call& call, int error) {
    switch (error) {
        case 0:
        case ECANCELED:
            return true;
        case EBADF:
            return replaced[call.fd];
        case EIO:
        case ENOSPC:
            return faults.io_error_one_in != 0;
        case EPIPE:
            return call.file->hung_up;
        default:
            return false;
    }
}

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
    bool untouched = std::all_of(slot.buffer + read, slot.buffer + kBytesMax,
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
    bool collects_twice = settings["UAIO_STRICT"] == "0";
    for (Slot* slot : slots) {
        if (aio_error(&slot->block) != EINPROGRESS && collects_twice) {
            aio_return(&slot->block);
        }
    }
    if (!slots.empty()) {
        wait_for_some({slots[world.choose(slots.size())]}, false);
    }
}

// --- cancelling and closing -------------------------------------------------------------------

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
    int fd = descriptors[world.choose(descriptors.size())];
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
    int fd = descriptors[world.choose(descriptors.size())];
    uint64_t before = world.steps();
    world.trace("closes descriptor %d", fd);
    clear_descriptor(fd);
    for (Call& call : calls) {
        if (call.fd == fd && call.returned != 0 && call.returned < before) {
            call.closed = std::min(call.closed, world.steps());
        }
    }
    replaced[fd] = true;
    disk.replace(fd, disk.make_file(kFileBytes));
}

// --- the program ------------------------------------------------------------------------------

void act(Client& client) {
    switch (world.choose(12)) {
        case 0:
            return submit_list(client);
        case 1:
            return cancel_one(client);
        case 2:
            return cancel_all(client);
        case 3:
        case 4:
            return wait_and_collect(client);
        case 5:
            return world.one_in(4) ? close_and_reopen() : wait_and_collect(client);
        default:
            return submit(client);
    }
}

void be_client(Client& client) {
    for (uint64_t actions = 2 + world.choose(8); actions > 0; --actions) {
        act(client);
    }
    for (std::vector<Slot*> slots = outstanding(client); !slots.empty();
         slots = outstanding(client)) {
        wait_for_some(slots, true);
        for (Slot* slot : slots) {
            collect(*slot);
        }
    }
    client.done = true;
}

void be_peer() {
    std::deque<File>& files = disk.files();
    for (int round = 0; round < 4; ++round) {
        world.be_busy(1 + static_cast<int64_t>(world.choose(1'000'000)));
        for (size_t i = 0; i < files.size(); ++i) {
            if (files[i].stream && world.one_in(2)) {
                disk.feed(files[i], 1 + world.choose(4));
            }
        }
    }
    for (size_t i = 0; i < files.size(); ++i) {
        if (files[i].stream) {
            disk.hang_up(files[i]);
        }
    }
}

uint64_t sometimes(uint64_t one_in) {
    return world.one_in(3) ? one_in : 0;
}

void choose_faults() {
    faults = {.no_thread_one_in = world.one_in(8) ? 1 : sometimes(3),
              .no_memory_one_in = world.one_in(8) ? 8 : uint64_t{0},
              .interrupted_one_in = sometimes(4),
              .io_error_one_in = sometimes(6),
              .short_one_in = sometimes(3),
              .queue_full_one_in = sometimes(3),
              .set_lost_one_in = world.one_in(6) ? 4 : uint64_t{0}};
}

void choose_world() {
    is_strict = world.one_in(3);
    settings = {{"UAIO_ORDER", is_strict ? "strict" : "conflict"},
                {"UAIO_THREADS", std::to_string(1 + world.choose(4))},
                {"UAIO_IDLE_MS", std::to_string(world.choose(3))},
                {"UAIO_STRICT", world.one_in(2) ? "1" : "0"}};
    choose_faults();
    for (int i = 0; i < kFiles; ++i) {
        File& file = disk.make_file(kFileBytes);
        descriptors.push_back(disk.open(file, world.one_in(5), world.one_in(2)));
        if (world.one_in(3)) {
            descriptors.push_back(disk.open(file, false, true));
        }
    }
    if (world.one_in(2)) {
        descriptors.push_back(disk.open(disk.make_stream()));
    }
}

void populate() {
    uint64_t count = 1 + world.choose(3);
    for (uint64_t i = 0; i < count; ++i) {
        Client& client = clients.emplace_back();
        client.number = static_cast<int>(i);
        client.slots = new (take_memory(sizeof(Slot) * kSlots)) Slot[kSlots];
        for (Slot& slot : slots_of(client)) {
            scribble(slot);
        }
        Fiber& fiber = world.spawn("client " + std::to_string(i), [&client] { be_client(client); });
        if (world.one_in(2)) {
            fiber.handler = [&client] { handle(client); };
        }
    }
    world.spawn("peer", be_peer);
}

// --- what must hold in the end ----------------------------------------------------------------

// One call had returned before the other was made, or stands before it in a list.
bool precedes(const Call& one, const Call& other) {
    if (one.list != nullptr && one.list == other.list) {
        return one.number < other.number;
    }
    return one.returned != 0 && one.returned < other.called;
}

bool overlap(const Call& one, const Call& other) {
    return one.offset < other.offset + static_cast<int64_t>(other.bytes) &&
           other.offset < one.offset + static_cast<int64_t>(one.bytes);
}

bool conflict(const Call& one, const Call& other) {
    if (one.fd != other.fd || one.file != other.file || is_sync(one.kind) || is_sync(other.kind)) {
        return false;
    }
    if (is_strict) {
        return !one.file->stream;
    }
    if (one.file->stream) {
        return one.kind == other.kind;
    }
    if (one.append || other.append) {  // where an append ends up, nobody knows beforehand
        return one.kind == Kind::kWrite && other.kind == Kind::kWrite;
    }
    return overlap(one, other) && (one.kind == Kind::kWrite || other.kind == Kind::kWrite);
}

void check_order(const Call& one, const Call& other) {
    if (one.run == nullptr || other.run == nullptr || !precedes(one, other)) {
        return;
    }
    bool ordered = conflict(one, other) && one.reqprio <= other.reqprio;
    bool barred = one.kind == Kind::kWrite && is_sync(other.kind) && one.file == other.file &&
                  !one.file->stream;
    if ((ordered || barred) && one.run->ended > other.run->began) {
        world.fail("request %d ran before request %d, which was submitted earlier", other.number,
                   one.number);
    }
}

void check_calls() {
    for (const Call& call : calls) {
        if (!call.refused && call.published != 1) {
            fail(call, "never published");
        }
        if (call.not_cancelled && call.status == ECANCELED) {
            fail(call, "cancelled, though aio_cancel had said that it runs");
        }
        for (const Call& other : calls) {
            check_order(call, other);
        }
    }
    for (const Client& client : clients) {
        for (const Slot& slot : slots_of(client)) {
            if (!is_scribbled(slot)) {
                world.fail("a control block was touched after its owner had it back");
            }
        }
    }
}

void check_notices() {
    uint64_t missing = 0;
    uint64_t made = 0;
    auto look = [&](const Target& target) {
        missing += target.expects && target.rung == 0;
        made += static_cast<uint64_t>(target.rung);
    };
    std::ranges::for_each(calls, look);
    std::ranges::for_each(lists, look);
    Balance balance = engine_balance();
    if (missing != balance.notices_lost || made != balance.notices_made) {
        world.fail("%d notifications made and %d missing, but %d and %d counted",
                   static_cast<int>(made), static_cast<int>(missing),
                   static_cast<int>(balance.notices_made), static_cast<int>(balance.notices_lost));
    }
    auto accepted = static_cast<uint64_t>(std::ranges::count(calls, false, &Call::refused));
    if (balance.submitted != accepted || balance.performed + balance.cancelled != accepted) {
        world.fail("%d accepted, but %d submitted, %d performed, %d cancelled",
                   static_cast<int>(accepted), static_cast<int>(balance.submitted),
                   static_cast<int>(balance.performed), static_cast<int>(balance.cancelled));
    }
}

void check_engine() {
    std::vector<const void*> owners;
    for (const Client& client : clients) {
        for (const Slot& slot : slots_of(client)) {
            owners.push_back(&slot.block);
        }
    }
    std::string left = what_is_left(descriptors, owners, static_cast<uint32_t>(calls.size()));
    if (!left.empty()) {
        world.fail("left in the engine: %s", left.c_str());
    }
}

}  // namespace

// --- what the back ends report ----------------------------------------------------------------

void note_described(const File& file, bool append) {
    auto* submitting = static_cast<Submitting*>(world.current()->call);
    if (submitting != nullptr && submitting->next < submitting->calls.size()) {
        Call& call = *submitting->calls[submitting->next++];
        call.file = &file;
        call.append = append;
    }
}

void ring(sigval value) {
    world.trace("notifies");
    check_ring(*static_cast<Target*>(value.sival_ptr));
}

const char* setting(const char* name) {
    auto found = settings.find(name);
    return found != settings.end() ? found->second.c_str() : nullptr;
}

void status_stored(const void* word, long value) {
    const Slot* found = nullptr;
    for (Client& client : clients) {
        for (Slot& slot : slots_of(client)) {
            if (word == &slot.block.__error_code) {
                found = &slot;
            }
        }
    }
    if (found == nullptr) {
        world.fail("a status was stored outside of all control blocks");
    }
    if (found->call == nullptr) {
        world.fail("a control block was published after its owner had it back");
    }
    Call& call = *found->call;
    if (value == EINPROGRESS) {
        call.begun = true;
        return;
    }
    call.status = static_cast<int>(value);
    if (!call.begun) {
        call.refused = true;
        return;
    }
    world.trace("publishes request %d: %s", call.number, strerror(call.status));
    call.run = take_run();
    if (++call.published > 1) {
        fail(call, "published twice");
    }
    if (call.run != nullptr && (call.run->fd != call.fd || call.run->kind != call.kind)) {
        fail(call, "published with the result of another");
    }
    // A call that was made while its descriptor was being closed, and so was not waited for, is the
    // program's own race.
    bool was_closed = call.closed != UINT64_MAX || !replaced[call.fd];
    if (call.run != nullptr && call.run->file != call.file && was_closed) {
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

void run_schedule(uint64_t seed, Detail detail) {
    world.begin(seed, detail);
    choose_world();
    world.trace("policy %s, %s workers", settings["UAIO_ORDER"].c_str(),
                settings["UAIO_THREADS"].c_str());
    populate();
    world.run();
    check_calls();
    check_notices();
    check_engine();
    black_box->steps += world.steps();
    ++black_box->schedules;
}

}  // namespace uaio::sim
