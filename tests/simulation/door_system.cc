// The simulated back ends of the libaio door, and what the simulated system reports of it.
#include <errno.h>
#include <sys/mman.h>

#include "aio/libaio/platform/alarm.h"
#include "aio/libaio/platform/bell.h"
#include "aio/libaio/platform/memory.h"
#include "aio/libaio/polls.h"
#include "tests/simulation/door_program.h"
#include "tests/simulation/faults.h"
#include "tests/simulation/scenario.h"
#include "tests/simulation/world.h"

namespace uaio {

using sim::faults;
using sim::world;

// --- platform/memory.h ------------------------------------------------------------------------

bool is_readable(const void*, size_t) {
    world.point("look at memory", nullptr);
    return true;
}

bool is_writable(void*, size_t) {
    world.point("look at memory", nullptr);
    return true;
}

// No ring is moved.
bool copy_if_there(void*, const void*, size_t) {
    world.point("copy memory", nullptr);
    return false;
}

int map_twin(size_t bytes, TwinPages& pages) {
    world.point("map a ring", nullptr);
    if (world.one_in(faults.no_memory_one_in)) {
        return ENOMEM;
    }
    pages.client = pages.own = sim::take_memory(bytes);
    return 0;
}

// Nobody may touch it again.
void unmap_twin(const TwinPages& pages, size_t bytes) {
    world.point("unmap a ring", nullptr);
    mprotect(pages.own, bytes, PROT_NONE);
}

std::atomic<uint32_t>* map_own_word() {
    return nullptr;
}

// --- platform/bell.h --------------------------------------------------------------------------

bool is_bell(int fd) {
    world.point("look for an eventfd", nullptr);
    return fd == sim::door::kBell;
}

void ring_bell(int fd) {
    world.point("ring a bell", nullptr);
    if (fd != sim::door::kBell) {
        world.fail("rings what is no bell");
    }
    ++sim::door::program.rung;
}

// --- platform/alarm.h -------------------------------------------------------------------------

namespace {

struct Alarm {
    bool rings = false;
    bool closed = false;
};

std::deque<Alarm> alarms;

Alarm* alarm_with(uint64_t number) {
    if (number == kNoAlarm || alarms[number - 1].closed) {
        return nullptr;
    }
    return &alarms[number - 1];
}

}  // namespace

uint64_t make_alarm() {
    world.point("make an alarm", nullptr);
    if (world.one_in(faults.no_memory_one_in)) {
        return kNoAlarm;
    }
    alarms.emplace_back();
    return alarms.size();
}

bool ring_alarm(uint64_t number) {
    world.point("ring an alarm", nullptr);
    Alarm* alarm = alarm_with(number);
    if (alarm != nullptr) {
        alarm->rings = true;
        world.wake(alarm, UINT32_MAX, SIZE_MAX);
    }
    return alarm != nullptr;
}

bool quiet_alarm(uint64_t number) {
    world.point("quiet an alarm", nullptr);
    Alarm* alarm = alarm_with(number);
    if (alarm != nullptr) {
        alarm->rings = false;
    }
    return alarm != nullptr;
}

void close_alarm(uint64_t number) {
    if (ring_alarm(number)) {
        alarm_with(number)->closed = true;
    }
}

int descriptor_of(uint64_t) {
    return -1;
}

WaitEnd sleep_on_alarm(uint64_t number, int64_t deadline_ns, const sigset_t& mask) {
    sim::Fiber& thread = *world.current();
    sigset_t before = thread.blocked;
    thread.blocked = mask;
    world.point("sleep on an alarm", nullptr);
    Alarm* alarm = alarm_with(number);
    sim::SleepEnd end = sim::SleepEnd::kTimedOut;
    if (alarm != nullptr && !alarm->rings && deadline_ns > world.now()) {
        end = world.sleep(alarm, UINT32_MAX, deadline_ns);
    }
    if (end == sim::SleepEnd::kInterrupted) {
        sim::handle_signal();
    }
    thread.blocked = before;
    return alarm != nullptr && alarm->rings     ? WaitEnd::kWoken
           : end == sim::SleepEnd::kInterrupted ? WaitEnd::kInterrupted
                                                : WaitEnd::kTimedOut;
}

// --- polls.h ----------------------------------------------------------------------------------

// The program of the simulation has no polls: these go past the engine.
namespace {

[[noreturn]] void no_polls() {
    world.fail("a poll");
}

}  // namespace

int Polls::arm(Poll&) {
    no_polls();
}

void Polls::disarm(Poll&) {
    no_polls();
}

void Polls::tell() {
    no_polls();
}

void Polls::look() {
    no_polls();
}

void Polls::forget() {}

// --- what the engine does ---------------------------------------------------------------------

namespace sim {

using door::program;

// The descriptors of a call are described in turn; first, how each was opened, which is asked once
// for requests that follow each other.
void note_described(int fd, const File& file, bool append, Asked asked) {
    note_runs();
    auto* submitting = static_cast<door::Submitting*>(world.current()->call);
    if (submitting == nullptr) {
        return;
    }
    const std::vector<door::Call*>& calls = submitting->calls;
    if (asked == Asked::kAccess) {
        submitting->described = submitting->asked;
        while (submitting->asked < calls.size() && calls[submitting->asked]->fd == fd) {
            ++submitting->asked;
        }
    }
    if (submitting->described == submitting->asked) {
        world.fail("another descriptor is looked at");
    }
    for (size_t i = submitting->described; i < submitting->asked; ++i) {
        if (asked == Asked::kAccess) {
            note_opening(*calls[i], append);
        }
        note_file(*calls[i], file, append);
    }
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

const char* setting(const char* name) {
    auto found = program.settings.find(name);
    return found != program.settings.end() ? found->second.c_str() : nullptr;
}

void status_stored(const void*, long) {}

void status_looked_at(const void*) {}

}  // namespace sim
}  // namespace uaio

extern "C" pthread_t uaio_sim_self() {
    return (pthread_t)uaio::sim::world.current();  // a number or a pointer
}
