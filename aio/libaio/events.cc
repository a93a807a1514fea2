// io_setup, io_destroy, io_getevents and io_pgetevents.
#include <errno.h>

#include "aio/engine.h"
#include "aio/libaio/context.h"
#include "aio/libaio/door.h"
#include "aio/libaio/limits.h"
#include "aio/libaio/platform/alarm.h"
#include "aio/libaio/platform/memory.h"
#include "threadpool/base/clock.h"
#include "threadpool/base/thread.h"

namespace uaio {
namespace {

// Room as the kernel gives it, or 0 for what it refuses.
uint32_t ring_events(uint32_t events) {
    if (events == 0 || events > kEventsMax) {
        return 0;
    }
    uint32_t least = usable_cpus() * kEventsPerCpu;
    return (events > least ? events : least) * kEventsFactor + kEventsSpare;
}

// What a caller of collect_events() wants, and how far it has got.
struct Collection {
    Context& context;
    long least;
    long most;
    IoEvent* events;
    const timespec* timeout;
    const sigset_t* mask;
    bool first_will_do;  // least is 0, but the caller has given it time
    int64_t deadline_ns = 0;
    long taken = 0;
    bool past_owner = false;  // the last time (ring.h)

    bool is_over() const {
        return taken >= least && (taken > 0 || !first_will_do || taken == most);
    }
};

// At a time, so that two pages at most are looked at.
constexpr long kEventsTogether = static_cast<long>(kRingPage / sizeof(IoEvent));

// Takes what there is. 0 or EFAULT.
int take(Collection& collection) {
    Ring& ring = collection.context.ring;
    collection.past_owner = false;
    while (collection.taken < collection.most && !ring.is_empty()) {
        finish(ring.settle());
        IoEvent* to = collection.events + collection.taken;
        long room = collection.most - collection.taken;
        auto events_max = static_cast<uint32_t>(room < kEventsTogether ? room : kEventsTogether);
        uint32_t unread = collection.past_owner ? 0 : ring.unread();
        unread = unread > 0 ? unread : 1 + ring.in_flight();  // those that have not been settled
        events_max = events_max < unread ? events_max : unread;
        if (!collection.context.pages.can_write(to, sizeof *to * events_max)) {
            return EFAULT;
        }
        Arrival* moved;
        Ring::Taken taken = ring.take(to, events_max, moved);
        finish(moved);
        collection.taken += taken.events;
        collection.past_owner = taken.past_owner;
        if (taken.put_back) {
            wake_sleepers(collection.context);
        }
        if (taken.events == 0 || (taken.past_owner && !taken.put_back)) {
            return 0;
        }
    }
    return 0;
}

// Makes one at the first time, and if `lost` is what the context has and no longer ours.
uint64_t alarm_of(Context& context, uint64_t lost) {
    // Acquire pairs with the exchange below.
    uint64_t known = context.alarm.load(std::memory_order_acquire);
    if (known != lost) {
        return known;
    }
    uint64_t made = make_alarm();
    // Sequentially consistent, as what comes after it in sleep_on_alarm_of().
    if (context.alarm.compare_exchange_strong(known, made, std::memory_order_seq_cst)) {
        return made;
    }
    close_alarm(made);
    return known;
}

// Whoever is still counted has yet to hear it: then it goes on ringing, and this thread stays out
// of the way for a moment. Signals that the mask lets in wait so long, too.
void leave_alarm(Context& context, uint64_t alarm, WaitEnd end) {
    bool last = context.alarm_sleepers.fetch_sub(1, std::memory_order_seq_cst) == 1;
    if (end != WaitEnd::kWoken) {
        return;
    }
    if (!last) {
        WaitWord nap{0};
        wait_on(nap, 0, now_ns() + kNapNs);
    } else if (!quiet_alarm(alarm)) {
        alarm_of(context, alarm);
    } else if (context.alarm_sleepers.load(std::memory_order_seq_cst) != 0) {
        ring_alarm(alarm);
    }
}

WaitEnd sleep_on_alarm_of(Context& context, uint64_t alarm, uint32_t ticket, int64_t deadline_ns,
                          const sigset_t& mask) {
    context.alarm_sleepers.fetch_add(1, std::memory_order_seq_cst);
    // Pairs with wake_sleepers(), which changes the word and then looks for sleepers.
    bool must_look = context.changed.load(std::memory_order_seq_cst) != ticket;
    WaitEnd end = sleep_on_alarm(alarm, must_look ? 0 : deadline_ns, mask);
    leave_alarm(context, alarm, end);
    return must_look && end == WaitEnd::kTimedOut ? WaitEnd::kWoken : end;
}

// With a mask that is to hold for the sleep alone. They look up now and then, in case the client
// has closed the alarm. Without one the mask is exchanged a moment before the sleep: a signal in
// between ends it late.
WaitEnd sleep_masked(const Collection& collection, uint32_t ticket) {
    Context& context = collection.context;
    uint64_t alarm = alarm_of(context, kNoAlarm);
    int64_t soon = now_ns() + (alarm != kNoAlarm ? kAlarmNapNs : kMaskNapNs);
    bool naps = soon < collection.deadline_ns;
    int64_t deadline = naps ? soon : collection.deadline_ns;
    WaitEnd end;
    if (alarm != kNoAlarm) {
        end = sleep_on_alarm_of(context, alarm, ticket, deadline, *collection.mask);
    } else {
        sigset_t before;
        pthread_sigmask(SIG_SETMASK, collection.mask, &before);
        end = wait_on(context.changed, ticket, deadline);
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }
    return end == WaitEnd::kTimedOut && naps ? WaitEnd::kWoken : end;
}

WaitEnd sleep(const Collection& collection, uint32_t ticket) {
    return collection.mask != nullptr
               ? sleep_masked(collection, ticket)
               : wait_on(collection.context.changed, ticket, collection.deadline_ns);
}

// Whether it is worth while to wait on. What is in flight no longer is in the ring, in this order.
bool may_come(const Collection& collection) {
    const Ring& ring = collection.context.ring;
    return !collection.first_will_do || collection.least > 0 || ring.in_flight() > 0 ||
           !ring.is_empty();
}

// Whether who has taken past the owner may have to return so that the owner can go on: who is one
// himself, at this ring or another, and runs a signal handler. Others look again until their time
// is over.
bool must_give_up(const Ring& ring) {
    return ring.is_interrupted() || (ring.is_owned() && owns_a_ring());
}

// 0 or an errno value; what has been taken counts more.
int wait_for_more(Collection& collection) {
    Context& context = collection.context;
    for (;;) {
        uint32_t ticket = context.changed.load(std::memory_order_seq_cst);
        int error = take(collection);
        if (error != 0 || collection.is_over() || !may_come(collection)) {
            return error;
        }
        if (!lives(context)) {
            return EINVAL;
        }
        if (collection.past_owner && context.ring.keeps_events()) {
            if (must_give_up(context.ring)) {
                return EINTR;
            }
            if (now_ns() < collection.deadline_ns) {
                continue;  // take() has napped
            }
            return 0;
        }
        WaitEnd end = sleep(collection, ticket);
        if (end != WaitEnd::kWoken) {
            error = take(collection);
            return error == 0 && end == WaitEnd::kInterrupted ? EINTR : error;
        }
    }
}

// Counts itself among those that have to be woken.
int wait_counted(Collection& collection) {
    Context& context = collection.context;
    context.sleepers.fetch_add(1, std::memory_order_seq_cst);
    int error = wait_for_more(collection);
    context.sleepers.fetch_sub(1, std::memory_order_seq_cst);
    return error;
}

// The kernel takes more nanoseconds than a second has; what is negative it takes for "for ever".
int check_timeout(const timespec* timeout) {
    if (timeout == nullptr) {
        return 0;
    }
    if (!is_readable(timeout, sizeof *timeout)) {
        return EFAULT;
    }
    return timeout->tv_sec < 0 || timeout->tv_nsec < 0 ? EINVAL : 0;
}

int64_t deadline_of(const timespec* timeout) {
    if (timeout == nullptr) {
        return now_ns() + kLongNs;
    }
    constexpr time_t kSecondsMax = kLongNs / kNsPerSecond;
    int64_t seconds = timeout->tv_sec < kSecondsMax ? timeout->tv_sec : kSecondsMax;
    int64_t nanoseconds = timeout->tv_nsec;
    int64_t rest = nanoseconds < kLongNs ? nanoseconds : kLongNs;
    return now_ns() + seconds * kNsPerSecond + rest;
}

bool is_zero(const timespec& timeout) {
    return timeout.tv_sec == 0 && timeout.tv_nsec == 0;
}

// A signal that waits for the mask comes with each call, as from the kernel, whether or not it has
// slept; but libaio does not ask the kernel when there is neither an event nor time.
bool lets_a_signal_in(const Collection& collection) {
    const timespec* timeout = collection.timeout;
    bool asks = collection.taken > 0 || timeout == nullptr || !is_zero(*timeout);
    return collection.mask != nullptr && asks &&
           sleep_on_alarm(kNoAlarm, 0, *collection.mask) == WaitEnd::kInterrupted;
}

long collect(Collection& collection, bool may_wait) {
    int error = take(collection);
    if (error == 0 && !collection.is_over() && may_wait) {
        collection.deadline_ns = deadline_of(collection.timeout);
        error = wait_counted(collection);
    }
    if (lets_a_signal_in(collection) && error == 0) {
        error = EINTR;
    }
    return collection.taken > 0 ? collection.taken : -error;
}

}  // namespace

long setup_context(uint32_t events, uintptr_t* context) {
    if (!is_readable(context, sizeof *context)) {
        return -EFAULT;
    }
    uint32_t room = ring_events(events);
    if (*context != 0 || room == 0) {
        return -EINVAL;
    }
    if (!is_writable(context, sizeof *context)) {
        return -EFAULT;
    }
    engine.start();
    Context* opened;
    int error = open_context(room, opened);
    if (error != 0) {
        return -error;
    }
    *context = opened->address.load(std::memory_order_relaxed);  // our own
    return 0;
}

// The call is handed over to close_context().
long destroy_context(uintptr_t address) {
    Visit visit(address);
    return visit.context() != nullptr && close_context(*visit.hand_over()) ? 0 : -EINVAL;
}

long collect_events(uintptr_t address, long least, long most, IoEvent* events,
                    const timespec* timeout, const sigset_t* mask) {
    int error = check_timeout(timeout);
    if (error == 0 && mask != nullptr && !is_readable(mask, sizeof(uint64_t))) {
        error = EFAULT;
    }
    if (error != 0) {
        return -error;
    }
    Visit visit(address);
    if (visit.context() == nullptr || least < 0 || least > most) {
        return -EINVAL;
    }
    bool gives_time = timeout == nullptr || !is_zero(*timeout);
    bool first_will_do = least == 0 && timeout != nullptr && gives_time && !engine.options().strict;
    bool may_wait = gives_time && (least > 0 || first_will_do);
    Collection collection = {.context = *visit.context(),
                             .least = least,
                             .most = most,
                             .events = events,
                             .timeout = timeout,
                             .mask = mask,
                             .first_will_do = first_will_do};
    return collect(collection, may_wait);
}

}  // namespace uaio
