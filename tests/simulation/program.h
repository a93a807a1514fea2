// Program: what the simulated program has under way, and what is known of each of its requests.
#pragma once

#include <aio.h>
#include <pthread.h>

#include <deque>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "tests/simulation/disk.h"
#include "tests/simulation/order.h"

namespace uaio::sim {

constexpr size_t kBytesMax = 8;
constexpr int kSlots = 3;  // control blocks of a client
constexpr int kFiles = 2;
constexpr int64_t kFileBytes = 12;

struct List;
struct Slot;

// Whoever has something to be told.
struct Target {
    bool expects = false;
    int rung = 0;
};

// One submission.
struct Call : Target, Ordered {
    Slot* slot = nullptr;
    List* list = nullptr;
    bool begun = false;
    bool refused = false;
    bool not_cancelled = false;    // aio_cancel has said so
    uint64_t closed = UINT64_MAX;  // when its descriptor was, after it had been submitted
    bool raced = false;            // it was closed while it was being submitted
    int published = 0;
    int status = 0;
};

struct List : Target {
    std::vector<Call*> calls;
    bool waits = false;  // its submitter is in lio_listio, and looks at no block
};

struct Slot {
    aiocb block;
    char buffer[kBytesMax];
    Call* call = nullptr;
};

struct Client {
    Slot* slots = nullptr;  // kSlots of them
};

// The submissions that a call makes.
struct Submitting {
    std::vector<Call*> calls;
    bool asked = false;  // what a descriptor means
};

struct Program {
    std::deque<Client> clients;
    std::deque<Call> calls;
    std::deque<List> lists;
    std::vector<int> descriptors;
    bool replaced[16] = {};  // descriptors that stand for another file than at first
    std::map<std::string, std::string> settings;
    bool is_strict = false;  // one request of a descriptor at a time
    pthread_attr_t attributes;
};

extern Program program;

inline std::span<Slot> slots_of(const Client& client) {
    return {client.slots, kSlots};
}

const char* name_of(Kind kind);

// The schedule shows a bug, which concerns this request.
[[noreturn]] void fail(const Call& call, const char* what);

bool is_settled(const Call& call);

// Actions of a client (submit.cc, collect.cc, cancel.cc). ----------------------------------------

// Its owner has the block back, and fills it with bytes that nobody may touch.
void scribble(Slot& slot);
bool is_scribbled(const Slot& slot);

void submit(Client& client);
void submit_list(Client& client);

// The slots of the client's requests whose submission has returned.
std::vector<Slot*> outstanding(Client& client);

// Waits with aio_suspend, until one of them is done or for a while.
void wait_for_some(const std::vector<Slot*>& slots, bool for_ever);
void collect(Slot& slot);
void wait_and_collect(Client& client);

// What a signal handler of the client does.
void handle(Client& client);

void cancel_one(Client& client);
void cancel_all(Client& client);
void close_and_reopen();

// What must hold in the end (check.cc).
void check_all();

}  // namespace uaio::sim
