#include <utility>

#include "tests/simulation/door_program.h"
#include "tests/simulation/engine_state.h"
#include "tests/simulation/faults.h"
#include "tests/simulation/scenario.h"
#include "tests/simulation/world.h"

namespace uaio::sim {
namespace door {

Program program;

namespace {

constexpr size_t kContextsMax = 4;

// Null if there is none that lives.
Context* any_context() {
    std::vector<Context*> alive;
    for (Context& context : program.contexts) {
        if (!context.dying) {
            alive.push_back(&context);
        }
    }
    return alive.empty() ? nullptr : alive[world.choose(alive.size())];
}

void act() {
    Context* context = any_context();
    if (context == nullptr || (world.one_in(16) && program.contexts.size() < kContextsMax)) {
        if (program.contexts.size() < kContextsMax) {
            set_up(false);
        }
        return;
    }
    switch (world.choose(16)) {
        case 0:
        case 1:
            return cancel(*context);
        case 2:
            return world.one_in(2) ? close_and_reopen() : collect(*context, false);
        case 3:
            return world.one_in(2) ? destroy(*context) : collect(*context, false);
        case 4:
        case 5:
        case 6:
        case 7:
            return collect(*context, false);
        default:
            return submit(*context);
    }
}

// Who is the last one waits for every event, and destroys what is left. Nobody else promises
// himself anything any more.
void clear_away() {
    for (Context& context : program.contexts) {
        while (!context.dying && context.collected < context.accepted) {
            if (context.by_hand) {
                world.be_busy(100'000);
            } else {
                collect(context, true);
            }
        }
        if (!context.dying) {
            destroy(context);
        }
    }
}

void be_client() {
    for (uint64_t actions = 2 + world.choose(8); actions > 0; --actions) {
        act();
    }
    if (--program.clients_left == 0) {
        world.current()->handler = nullptr;
        clear_away();
    }
}

void act_in_a_handler() {
    Context* context = any_context();
    if (context == nullptr) {
        return;
    }
    switch (world.choose(8)) {
        case 0:
            return close_and_reopen();
        case 1:
            return cancel(*context);
        case 2:
        case 3:
            return submit(*context);
        default:
            return collect(*context, false);
    }
}

// A handler may interrupt its thread anywhere, and wait there for what has been promised to it.
// Where there is no thread to be had it makes requests itself. What it interrupts may have promised
// to start no thread; that does not bind it.
void handle() {
    bool before = std::exchange(world.current()->may_start_threads, true);
    act_in_a_handler();
    note_runs();
    world.current()->may_start_threads = before;
}

void choose_world() {
    program.is_strict = world.one_in(3);
    uint64_t express = world.one_in(2) ? 65'536 : world.choose(6);
    program.settings = {{"UAIO_ORDER", program.is_strict ? "strict" : "conflict"},
                        {"UAIO_THREADS", std::to_string(1 + world.choose(4))},
                        {"UAIO_IDLE_MS", std::to_string(world.choose(3))},
                        {"UAIO_STRICT", world.one_in(2) ? "1" : "0"},
                        {"UAIO_EXPRESS", std::to_string(express)}};
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

// The first context is there from the beginning.
void populate() {
    Context& context = *set_up(world.one_in(3));
    choose_faults(false);
    if (context.by_hand) {
        world.spawn("reaper", [&context] { reap(context); });
    }
    uint64_t count = 1 + world.choose(3);
    program.clients_left = count;
    for (uint64_t i = 0; i < count; ++i) {
        Fiber& fiber = world.spawn("client " + std::to_string(i), be_client);
        if (world.one_in(2)) {
            fiber.handler = handle;
        }
    }
    world.spawn("peer", [] { disk.feed_streams(); });
}

}  // namespace
}  // namespace door

void run_schedule(uint64_t seed, Detail detail) {
    world.begin(seed, detail);
    world.starved_runs_one_in = 256;  // who finds a ring busy looks again (aio/libaio/ring.h)
    door::choose_world();
    world.trace("policy %s, %s workers", door::program.settings["UAIO_ORDER"].c_str(),
                door::program.settings["UAIO_THREADS"].c_str());
    door::populate();
    world.run();
    door::check_all();
    black_box->steps += world.steps();
    ++black_box->schedules;
}

}  // namespace uaio::sim
