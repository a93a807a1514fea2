// The program with <libaio.h>: what it does, and what must hold whatever the schedule.
//
// A few clients share contexts: they submit chains, collect events with and without time limits and
// signal masks, cancel, close descriptors, make contexts and destroy them while others are at them;
// the events of some contexts are reaped by hand, from the ring. Signal handlers do some of that,
// anywhere. Everything is chosen from the world's seed. What is checked:
//
//   - each accepted request has one event, with the result of the one system call that did its
//     work, or a cause for an error; a refused one has none, and no system call;
//   - who is promised events and waits without a limit is woken, or told that the context is gone;
//   - conflicting requests of a descriptor run in the order in which they were submitted, and syncs
//     after the writes that were (order.h);
//   - what was submitted before its descriptor was closed is made, and not touched afterwards;
//   - nothing runs for a context that has been destroyed, nor touches its ring (whose memory is
//     taken away);
//   - blocks may be written over as soon as they have been submitted;
//   - bells ring once for each event that asks for it;
//   - in the end nobody sleeps, no thread, slot or lane is left, and the counters balance.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "aio/libaio/abi.h"
#include "tests/simulation/served.h"

namespace uaio::sim::door {

constexpr int kFiles = 2;
constexpr int64_t kFileBytes = 12;
constexpr size_t kBytesMax = 8;
constexpr size_t kTogether = 3;  // requests of one io_submit
constexpr int kBell = 1'000;     // a descriptor that is an eventfd

struct Context;

struct Call : Served {
    Context* context = nullptr;
    IoBlock* block = nullptr;
    bool reused = false;  // the block, straight after its submission
    bool belled = false;
    bool accepted = false;
    bool cancelled = false;        // io_cancel has said so
    uint64_t closed = UINT64_MAX;  // when its descriptor was, after it had been submitted
    bool raced = false;            // it was closed while it was being submitted
    int events = 0;
};

// Events are promised to whoever waits for them: he takes no more, so that all promises are kept.
struct Context {
    uintptr_t address = 0;
    bool by_hand = false;  // its events are taken from the ring, by one thread
    bool reaping = false;  // which is at it
    bool dying = false;    // somebody is destroying it, or has,
    uint64_t dying_since = UINT64_MAX;
    uint64_t gone = 0;      // when it was destroyed
    uint64_t accepted = 0;  // requests
    uint64_t promised = 0;  // events
    uint64_t collected = 0;
};

struct Client {
    bool handles = false;  // signals
};

// The requests that a call submits.
struct Submitting {
    std::vector<Call*> calls;
    size_t described = 0;  // from here on to the next one they share a look at their descriptor
    size_t asked = 0;
};

struct Program {
    std::deque<Client> clients;
    size_t clients_left = 0;
    std::deque<Context> contexts;
    std::deque<Call> calls;
    std::vector<int> descriptors;
    bool replaced[16] = {};  // descriptors that stand for another file than at first
    std::map<std::string, std::string> settings;
    bool is_strict = false;
    uint64_t rung = 0;  // bells
};

extern Program program;

// Actions (door_actions.cc). ---------------------------------------------------------------------

// Returns null if there is no memory for one.
Context* set_up(bool by_hand);
void submit(Context& context);
void cancel(Context& context);
void close_and_reopen();
void destroy(Context& context);

// Collects events that are promised to nobody else. `patient`: as many as there are, without a time
// limit.
void collect(Context& context, bool patient);

// Takes events from the ring until the context goes, or all have come.
void reap(Context& context);

// What must hold in the end (door_check.cc).
void check_all();

}  // namespace uaio::sim::door
