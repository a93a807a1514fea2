// poll(2) over all polls, again each time: the cost grows with their number. The thread is told of
// new ones by an alarm (alarm.h), and where there is none it looks every kPollNapMs. So it does
// where there are more polls than the program may have descriptors open, which poll(2) does not
// take at a time.
#include <errno.h>

#include <utility>

#include "aio/libaio/limits.h"
#include "aio/libaio/platform/alarm.h"
#include "aio/libaio/polls.h"
#include "threadpool/base/clock.h"
#include "threadpool/base/pages.h"

namespace uaio {
namespace {

constexpr uint32_t kFewest = 64;

struct Entry {
    Poll* poll;
    uint64_t ticket;  // the record may be another one's by now
    Identity file;
};

constinit std::atomic<uint64_t> told_by{kNoAlarm};

// The thread's own.
constinit pollfd first_descriptors[kFewest + 1] = {};
constinit Entry first_entries[kFewest] = {};
constinit pollfd* descriptors = first_descriptors;  // the alarm, then those of the entries
constinit Entry* entries = first_entries;
constinit uint32_t room = kFewest;

// In parts, if the system takes no more at a time than the program may have descriptors open
// (EINVAL); only the last of them may take time. A part that fails reports nothing.
void wait(uint32_t count, int limit_ms) {
    int ready = 0;
    uint32_t at_once = count;
    for (uint32_t from = 0; from < count;) {
        uint32_t part = count - from < at_once ? count - from : at_once;
        bool may_wait = from + part == count && ready == 0;
        int found = ::poll(descriptors + from, part, may_wait ? limit_ms : 0);
        if (found < 0 && errno == EINVAL && part > 1) {
            at_once = part / 2;
            limit_ms = limit_ms < kPollNapMs ? limit_ms : kPollNapMs;
            continue;
        }
        if (found < 0 && may_wait) {  // without memory; all signals are blocked
            WaitWord nap{0};
            wait_on(nap, 0, now_ns() + kPollNapMs * kNsPerMs);
        }
        ready += found > 0 ? found : 0;
        from += part;
    }
}

// Twice what is needed, so that it happens seldom. Without memory some of them wait for their turn.
void make_room(uint32_t count) {
    if (count <= room) {
        return;
    }
    uint32_t more = 2 * count;
    auto* larger = static_cast<pollfd*>(map_pages((more + 1) * sizeof(pollfd)));
    auto* longer = static_cast<Entry*>(map_pages(more * sizeof(Entry)));
    if (larger == nullptr || longer == nullptr) {
        if (larger != nullptr) {
            unmap_pages(larger, (more + 1) * sizeof(pollfd));
        }
        if (longer != nullptr) {
            unmap_pages(longer, more * sizeof(Entry));
        }
        return;
    }
    std::swap(descriptors, larger);
    std::swap(entries, longer);
    std::swap(room, more);
    if (more > kFewest) {
        unmap_pages(larger, (more + 1) * sizeof(pollfd));
        unmap_pages(longer, more * sizeof(Entry));
    }
}

// A number that stands for another file by now is not looked at: poll(2) leaves out what is
// negative. Whether there is one.
bool pass_over_lost(uint32_t count) {
    bool any = false;
    for (uint32_t i = 0; i < count; ++i) {
        pollfd& descriptor = descriptors[i + 1];
        if (!stands_for(descriptor.fd, entries[i].file)) {
            descriptor.fd = -1;
            any = true;
        }
    }
    return any;
}

}  // namespace

int Polls::arm(Poll&) {
    return 0;
}

void Polls::disarm(Poll&) {}

void Polls::tell() {
    ring_alarm(told_by.load(std::memory_order_acquire));  // pairs with look()
}

// The thread may have been exchanging its arrays: what is mapped stays so.
void Polls::forget() {
    close_alarm(told_by.exchange(kNoAlarm, std::memory_order_relaxed));  // the child's own copy
    descriptors = first_descriptors;
    entries = first_entries;
    room = kFewest;
}

void Polls::look() {
    uint64_t alarm = told_by.load(std::memory_order_relaxed);  // this thread's to store
    if (!quiet_alarm(alarm)) {  // there is none, or the client has closed it
        alarm = make_alarm();
        told_by.store(alarm, std::memory_order_release);  // pairs with tell()
    }
    make_room(count_.load(std::memory_order_relaxed));  // a guess
    uint32_t count = fill();  // after the alarm is quiet: who comes later rings it
    descriptors[0] = {descriptor_of(alarm), POLLIN, 0};
    bool all = count >= count_.load(std::memory_order_relaxed);  // else those that have no room
    int limit_ms = alarm != kNoAlarm && all ? kPollIdleMs : kPollNapMs;
    wait(count + 1, pass_over_lost(count) ? 0 : limit_ms);
    bring_ready(count);
}

// Those that are looked at go to the end of the list.
uint32_t Polls::fill() {
    Hold hold(lock_);
    uint32_t count = 0;
    uint32_t present = count_.load(std::memory_order_relaxed);  // the lock's
    uint32_t most = present < room ? present : room;
    while (count < most) {
        Poll& poll = *waiting_.pop_front();
        waiting_.push_back(poll);
        entries[count] = {&poll, poll.ticket, poll.file};
        descriptors[++count] = {poll.fd, static_cast<short>(poll.events), 0};
    }
    return count;
}

// It may have been closed, and its number used again, while the thread waited.
void Polls::bring_ready(uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) {
        const pollfd& descriptor = descriptors[i + 1];
        bool lost = descriptor.fd < 0;
        if (!lost && descriptor.revents == 0) {
            continue;
        }
        lost = lost || !stands_for(descriptor.fd, entries[i].file);
        Slot* slot;
        {
            Hold hold(lock_);
            Poll& poll = *entries[i].poll;
            if (poll.ticket != entries[i].ticket) {  // withdrawn
                continue;
            }
            slot = &take_out(poll);
        }
        slot->event.result = lost ? -EBADF : poll_result(descriptor);
        bring(*slot);
    }
}

}  // namespace uaio
