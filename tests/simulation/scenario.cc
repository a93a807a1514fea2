#include "tests/simulation/scenario.h"

#include <new>

#include "tests/simulation/faults.h"
#include "tests/simulation/program.h"

namespace uaio::sim {

Program program;

const char* name_of(Kind kind) {
    return kind == Kind::kRead ? "read" : kind == Kind::kWrite ? "write" : "sync";
}

void fail(const Call& call, const char* what) {
    world.fail("request %d (%s of descriptor %d): %s", call.number, name_of(call.kind), call.fd,
               what);
}

bool is_settled(const Call& call) {
    return call.refused || call.published > 0;
}

namespace {

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

void choose_world() {
    program.is_strict = world.one_in(3);
    uint64_t express = world.one_in(2) ? 65'536 : world.choose(6);
    program.settings = {{"UAIO_ORDER", program.is_strict ? "strict" : "conflict"},
                        {"UAIO_THREADS", std::to_string(1 + world.choose(4))},
                        {"UAIO_IDLE_MS", std::to_string(world.choose(3))},
                        {"UAIO_STRICT", world.one_in(2) ? "1" : "0"},
                        {"UAIO_EXPRESS", std::to_string(express)}};
    choose_faults(true);
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

void populate() {
    pthread_attr_init(&program.attributes);
    uint64_t count = 1 + world.choose(3);
    for (uint64_t i = 0; i < count; ++i) {
        Client& client = program.clients.emplace_back();
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

}  // namespace

void run_schedule(uint64_t seed, Detail detail) {
    world.begin(seed, detail);
    choose_world();
    world.trace("policy %s, %s workers", program.settings["UAIO_ORDER"].c_str(),
                program.settings["UAIO_THREADS"].c_str());
    populate();
    world.run();
    check_all();
    black_box->steps += world.steps();
    ++black_box->schedules;
}

}  // namespace uaio::sim
