#include "aio/libaio/polls.h"

#include <errno.h>

#include <utility>

#include "aio/libaio/limits.h"
#include "aio/libaio/platform/alarm.h"
#include "threadpool/base/clock.h"
#include "threadpool/base/pages.h"
#include "threadpool/base/signal_block.h"

namespace uaio {

constinit Polls polls;

namespace {

int64_t result_of(const pollfd& descriptor) {
    if ((descriptor.revents & POLLNVAL) != 0) {
        return -EBADF;  // closed behind the library's back
    }
    return static_cast<uint16_t>(descriptor.revents);
}

bool is_ready(int fd, uint16_t events, int64_t& result) {
    int saved = errno;
    pollfd descriptor = {fd, static_cast<short>(events), 0};
    bool ready = ::poll(&descriptor, 1, 0) > 0;
    errno = saved;
    result = result_of(descriptor);
    return ready;
}

}  // namespace

int Polls::watch(Slot& slot, int fd, uint16_t events) {
    if (is_ready(fd, events, slot.event.result)) {
        bring(slot);
        return 0;
    }
    Identity file;
    if (identify(fd, file) != 0) {
        return EBADF;
    }
    SignalBlock block;
    Poll* poll = records_.take();
    if (poll == nullptr) {
        return EAGAIN;
    }
    uint64_t ticket;
    {
        Hold hold(lock_);
        start();
        poll->slot = &slot;
        poll->fd = fd;
        poll->file = file;
        poll->events = events;
        poll->ticket = ticket = ++last_ticket_;
        slot.poll = poll;
        slot.block.store(slot.event.block, std::memory_order_release);  // pairs with cancel_block()
        waiting_.push_back(*poll);
        // Sequentially consistent: before notify(), pairs with pending().
        count_.fetch_add(1, std::memory_order_seq_cst);
    }
    if (pool_.notify() && pool_.ensure()) {
        ring();
        return 0;
    }
    Hold hold(lock_);
    if (poll->ticket !=
        ticket) {  // somebody has cancelled it, or it came; the slot may be another's
        return 0;
    }
    take_out(*poll);
    return EAGAIN;
}

void Polls::start() {
    if (!started_) {
        owner_ = {.name = "uaio-e",
                  .context = this,
                  .serve = serve,
                  .pending = pending,
                  .needed = nullptr,
                  .observe = [](Pool::Event, unsigned) {},
                  .stack_bytes = kStackBytes,
                  .runs_program_code = false};
        pool_.configure(owner_, 1, kPollIdleMs * kNsPerMs);
        started_ = true;
    }
}

Slot& Polls::take_out(Poll& poll) {
    Slot& slot = *poll.slot;
    waiting_.remove(poll);
    poll.ticket = 0;
    records_.give(poll);
    slot.poll = nullptr;
    slot.block.store(0, std::memory_order_relaxed);  // the lock's
    count_.fetch_sub(1, std::memory_order_seq_cst);
    return slot;
}

bool Polls::withdraw(Slot& slot, uint64_t block) {
    SignalBlock signals;
    {
        Hold hold(lock_);
        // Relaxed: of what waits it changes under the lock alone.
        if (slot.poll == nullptr || slot.block.load(std::memory_order_relaxed) != block) {
            return false;
        }
        take_out(*slot.poll);
    }
    slot.event.result = 0;
    bring(slot);
    ring();
    return true;
}

void Polls::withdraw_all(Context& context) {
    SignalBlock signals;
    for (;;) {
        Poll* poll;
        Slot* slot;
        {
            Hold hold(lock_);
            poll = waiting_.front();
            while (poll != nullptr && poll->slot->context != &context) {
                poll = List<Poll, PollTag>::after(*poll);
            }
            if (poll == nullptr) {
                return;
            }
            slot = &take_out(*poll);
        }
        slot->event.result = 0;
        bring(*slot);
        ring();
    }
}

void Polls::reset() UAIO_UNCHECKED {
    lock_.reset();
    waiting_ = {};
    records_.reset();
    count_.store(0, std::memory_order_relaxed);  // no other thread exists
    pool_.reset();
    close_alarm(alarm_.exchange(kNoAlarm, std::memory_order_relaxed));  // the child's own copy
    // The thread may have been exchanging these: what is mapped stays so.
    descriptors_ = first_descriptors_;
    entries_ = first_entries_;
    room_ = kFewest;
}

// --- the thread -------------------------------------------------------------------------------

bool Polls::pending(void* context) {
    return static_cast<Polls*>(context)->count_.load(std::memory_order_seq_cst) != 0;  // watch()
}

void Polls::serve(void* context, Pool::Seat& seat) {
    auto& self = *static_cast<Polls*>(context);
    seat.found();
    self.at_once_ = UINT32_MAX;  // the program may have raised its limit
    while (pending(context)) {
        self.look();
    }
}

void Polls::look() {
    uint64_t alarm = alarm_.load(std::memory_order_relaxed);  // this thread's to store
    if (!quiet_alarm(alarm)) {  // there is none, or the client has closed it
        alarm = make_alarm();
        alarm_.store(alarm, std::memory_order_release);  // pairs with ring()
    }
    make_room(count_.load(std::memory_order_relaxed));  // a guess
    uint32_t count = fill();  // after the alarm is quiet: who comes later rings it
    descriptors_[0] = {descriptor_of(alarm), POLLIN, 0};
    bool all = count >= count_.load(std::memory_order_relaxed);  // else those that have no room
    bool at_once = count < at_once_;
    int limit_ms = alarm != kNoAlarm && all && at_once ? kPollIdleMs : kPollNapMs;
    wait(count + 1, pass_over_lost(count) ? 0 : limit_ms);
    bring_ready(count);
}

// In parts, if the system takes no more at a time than the program may have descriptors open
// (EINVAL); only the last of them may take time. A part that fails reports nothing.
void Polls::wait(uint32_t count, int limit_ms) {
    int ready = 0;
    for (uint32_t from = 0; from < count;) {
        uint32_t part = count - from < at_once_ ? count - from : at_once_;
        bool may_wait = from + part == count && ready == 0;
        int found = ::poll(descriptors_ + from, part, may_wait ? limit_ms : 0);
        if (found < 0 && errno == EINVAL && part > 1) {
            at_once_ = part / 2;
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
void Polls::make_room(uint32_t count) {
    if (count <= room_) {
        return;
    }
    uint32_t room = 2 * count;
    auto* descriptors = static_cast<pollfd*>(map_pages((room + 1) * sizeof(pollfd)));
    auto* entries = static_cast<Entry*>(map_pages(room * sizeof(Entry)));
    if (descriptors == nullptr || entries == nullptr) {
        if (descriptors != nullptr) {
            unmap_pages(descriptors, (room + 1) * sizeof(pollfd));
        }
        if (entries != nullptr) {
            unmap_pages(entries, room * sizeof(Entry));
        }
        return;
    }
    std::swap(descriptors_, descriptors);
    std::swap(entries_, entries);
    std::swap(room_, room);
    if (room > kFewest) {
        unmap_pages(descriptors, (room + 1) * sizeof(pollfd));
        unmap_pages(entries, room * sizeof(Entry));
    }
}

// Those that are looked at go to the end of the list.
uint32_t Polls::fill() {
    Hold hold(lock_);
    uint32_t count = 0;
    uint32_t present = count_.load(std::memory_order_relaxed);  // the lock's
    uint32_t most = present < room_ ? present : room_;
    while (count < most) {
        Poll& poll = *waiting_.pop_front();
        waiting_.push_back(poll);
        entries_[count] = {&poll, poll.ticket, poll.file};
        descriptors_[++count] = {poll.fd, static_cast<short>(poll.events), 0};
    }
    return count;
}

// A number that stands for another file by now is not looked at: poll(2) leaves out what is
// negative. Whether there is one.
bool Polls::pass_over_lost(uint32_t count) {
    bool any = false;
    for (uint32_t i = 0; i < count; ++i) {
        pollfd& descriptor = descriptors_[i + 1];
        if (!stands_for(descriptor.fd, entries_[i].file)) {
            descriptor.fd = -1;
            any = true;
        }
    }
    return any;
}

// It may have been closed, and its number used again, while the thread waited.
void Polls::bring_ready(uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) {
        const pollfd& descriptor = descriptors_[i + 1];
        bool lost = descriptor.fd < 0;
        if (!lost && descriptor.revents == 0) {
            continue;
        }
        lost = lost || !stands_for(descriptor.fd, entries_[i].file);
        Slot* slot;
        {
            Hold hold(lock_);
            Poll& poll = *entries_[i].poll;
            if (poll.ticket != entries_[i].ticket) {  // withdrawn
                continue;
            }
            slot = &take_out(poll);
        }
        slot->event.result = lost ? -EBADF : result_of(descriptor);
        bring(*slot);
    }
}

}  // namespace uaio
