// One epoll set for all polls. What is registered in it is a descriptor, once, for everything that
// its polls want, and one-shot: who is told takes out the polls that are served and asks again for
// the rest. So what is ready, and wanted by nobody, tells nothing.
//
// The set is an alarm's (alarm.h), which is never rung: its proof that the numbers are still ours
// is this one's. If they are not, everything is registered in a new one.
//
// A registration stays when its polls have gone, until its file is closed; it tells once at most,
// with a ticket that is nobody's any more. Where somebody else has the file open, it stays although
// the number stands for another file by now, and then tells those who poll that. So who is told
// asks the number itself what it is ready for, as the kernel's own polls ask their file once more.
//
// Nobody tells of a descriptor that was closed, so now and then the thread looks whether those of
// the polls still stand for their files.
#include <errno.h>
#include <sys/epoll.h>

#include "aio/libaio/limits.h"
#include "aio/libaio/platform/alarm.h"
#include "aio/libaio/polls.h"
#include "threadpool/base/clock.h"
#include "threadpool/base/wait_word.h"

namespace uaio {

// The polls of one descriptor number.
struct Watch : SlabRecord {
    Watch* next;  // in its bucket
    int fd;
    uint32_t life;      // grows when the record becomes another one's
    uint32_t interest;  // all that its polls want
    List<Poll, WatchTag> polls;
};

namespace {

// All under the lock of the polls, but for the set's number, which the thread waits on, and the
// time, which is the thread's own.
constinit Slab<Watch> watches;
constinit Watch* buckets[kPollBuckets] = {};
constinit std::atomic<uint64_t> set{kNoAlarm};
constinit int64_t next_recheck_ns = 0;

Watch*& bucket_of(int fd) {
    return buckets[static_cast<unsigned>(fd) % kPollBuckets];
}

// What epoll tells: never 0, which is the alarm's own.
uint64_t ticket_of(const Watch& watch) {
    return uint64_t{watch.life} << 32 | (watch.number + 1);
}

// Null if it is no longer there.
Watch* watch_with(uint64_t ticket) {
    Watch* watch = watches.at(static_cast<uint32_t>(ticket) - 1);
    return watch != nullptr && ticket_of(*watch) == ticket ? watch : nullptr;
}

Watch* open_watch(int fd) {
    Watch*& bucket = bucket_of(fd);
    for (Watch* watch = bucket; watch != nullptr; watch = watch->next) {
        if (watch->fd == fd) {
            return watch;
        }
    }
    Watch* watch = watches.take();
    if (watch != nullptr) {
        watch->fd = fd;
        watch->interest = 0;
        watch->polls = {};
        watch->next = bucket;
        bucket = watch;
    }
    return watch;
}

void close_watch(Watch& watch) {
    Watch** place = &bucket_of(watch.fd);
    while (*place != &watch) {
        place = &(*place)->next;
    }
    *place = watch.next;
    ++watch.life;
    watches.give(watch);
}

int control(int operation, const Watch& watch) {
    epoll_event event = {};
    event.events = watch.interest | EPOLLONESHOT;
    event.data.u64 = ticket_of(watch);
    int numbers = descriptor_of(set.load(std::memory_order_relaxed));  // the lock's
    return epoll_ctl(numbers, operation, watch.fd, &event) == 0 ? 0 : errno;
}

int ask(const Watch& watch) {
    int error = control(EPOLL_CTL_MOD, watch);
    if (error == ENOENT) {
        error = control(EPOLL_CTL_ADD, watch);
    }
    return error;
}

// False if there is none to be had.
bool ensure_set() {
    if (quiet_alarm(set.load(std::memory_order_relaxed))) {  // the lock's
        return true;
    }
    uint64_t made = make_alarm();
    set.store(made, std::memory_order_relaxed);  // the thread looks up soon
    for (Watch* bucket : buckets) {
        for (Watch* watch = bucket; made != kNoAlarm && watch != nullptr; watch = watch->next) {
            ask(*watch);  // what fails is asked again (take_lost())
        }
    }
    return made != kNoAlarm;
}

void bring_all(Slot* chain) {
    while (chain != nullptr) {
        Slot& slot = *chain;
        chain = static_cast<Slot*>(slot.next);
        bring(slot);
    }
}

}  // namespace

int Polls::arm(Poll& poll) {
    int saved = errno;
    int error = EAGAIN;
    Watch* watch = ensure_set() ? open_watch(poll.fd) : nullptr;
    if (watch != nullptr) {
        poll.watch = watch;
        watch->polls.push_back(poll);
        watch->interest |= poll.events;
        error = ask(*watch);
        if (error != 0) {
            disarm(poll);
        }
    }
    errno = saved;
    if (error == EPERM) {  // what cannot be polled is as ready as it will ever be
        return EINVAL;
    }
    return error == 0 || error == EBADF ? error : EAGAIN;
}

void Polls::disarm(Poll& poll) {
    Watch& watch = *poll.watch;
    watch.polls.remove(poll);
    if (watch.polls.empty()) {
        close_watch(watch);
    }
}

// Whoever comes registers by himself.
void Polls::tell() {}

void Polls::forget() {
    close_alarm(set.exchange(kNoAlarm, std::memory_order_relaxed));  // the child's own copy
    for (Watch*& bucket : buckets) {
        bucket = nullptr;
    }
    watches.reset();
}

// The thread runs with all signals blocked.
void Polls::look() {
    epoll_event told[kPollsTogether];
    int numbers;
    {
        Hold hold(lock_);
        ensure_set();
        numbers = descriptor_of(set.load(std::memory_order_relaxed));  // the lock's
    }
    int count = epoll_wait(numbers, told, kPollsTogether, kPollIdleMs);
    if (count < 0) {  // there is no set
        WaitWord nap{0};
        wait_on(nap, 0, now_ns() + kPollNapMs * kNsPerMs);
    }
    for (int i = 0; i < count; ++i) {
        Slot* ready = nullptr;
        {
            Hold hold(lock_);
            if (Watch* watch = watch_with(told[i].data.u64)) {
                ready = take_ready(*watch, told[i].events);
            }
        }
        bring_all(ready);
    }
    if (now_ns() >= next_recheck_ns) {
        recheck();
        next_recheck_ns = now_ns() + kPollIdleMs * kNsPerMs;
    }
}

// Takes out what the descriptor is ready for, and what its number no longer stands for; asks for
// the rest. Returns a chain.
Slot* Polls::take_ready(Watch& watch, uint32_t told) {
    pollfd descriptor = {watch.fd, static_cast<short>(watch.interest), 0};
    bool asked = ::poll(&descriptor, 1, 0) >= 0;  // else there is no memory
    uint32_t came = asked ? static_cast<uint16_t>(descriptor.revents) : told;
    Identity now;  // after that: what was asked was this
    bool there = identify(watch.fd, now) == 0;
    Slot* chain = nullptr;
    uint32_t interest = 0;
    Poll* following;
    for (Poll* poll = watch.polls.front(); poll != nullptr; poll = following) {
        following = List<Poll, WatchTag>::after(*poll);
        bool lost = !there || !(now == poll->file);
        uint32_t result = came & (poll->events | POLLERR | POLLHUP);
        if (lost || result != 0) {
            Slot& slot = take_out(*poll);  // the last one closes the watch
            slot.event.result = lost ? -EBADF : static_cast<int64_t>(result);
            slot.next = chain;
            chain = &slot;
        } else {
            interest |= poll->events;
        }
    }
    if (!watch.polls.empty()) {
        watch.interest = interest;
        ask(watch);
    }
    return chain;
}

void Polls::recheck() {
    uint32_t left = count_.load(std::memory_order_relaxed);  // who comes later is looked at later
    left = left < kPollRechecks ? left : kPollRechecks;
    while (left-- > 0) {
        Slot* lost;
        {
            Hold hold(lock_);
            lost = take_lost();
        }
        bring_all(lost);
    }
}

// Looks at the poll that has not been looked at for the longest time. A chain of one, or null.
Slot* Polls::take_lost() {
    Poll* poll = waiting_.pop_front();
    if (poll == nullptr) {
        return nullptr;
    }
    waiting_.push_back(*poll);
    if (stands_for(poll->fd, poll->file)) {
        ask(*poll->watch);  // the number may have been opened anew, for the same file
        return nullptr;
    }
    Slot& slot = take_out(*poll);
    slot.event.result = -EBADF;
    slot.next = nullptr;
    return &slot;
}

}  // namespace uaio
