#include "aio/libaio/polls.h"

#include <errno.h>

#include "aio/libaio/limits.h"
#include "threadpool/base/clock.h"
#include "threadpool/base/signal_block.h"

namespace uaio {

constinit Polls polls;

int64_t poll_result(const pollfd& descriptor) {
    if ((descriptor.revents & POLLNVAL) != 0) {
        return -EBADF;  // closed behind the library's back
    }
    return static_cast<uint16_t>(descriptor.revents);
}

namespace {

bool is_ready(int fd, uint16_t events, int64_t& result) {
    int saved = errno;
    pollfd descriptor = {fd, static_cast<short>(events), 0};
    bool ready = ::poll(&descriptor, 1, 0) > 0;
    errno = saved;
    result = poll_result(descriptor);
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
    poll->slot = &slot;
    poll->fd = fd;
    poll->file = file;
    poll->events = events;
    uint64_t ticket;
    int error = admit(*poll, ticket);
    if (error != 0) {
        records_.give(*poll);
        return error;
    }
    if (pool_.notify() && pool_.ensure()) {
        tell();
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

// From here on it may come, or be withdrawn.
int Polls::admit(Poll& poll, uint64_t& ticket) {
    Hold hold(lock_);
    start();
    int error = arm(poll);
    if (error != 0) {
        return error;
    }
    Slot& slot = *poll.slot;
    poll.ticket = ticket = ++last_ticket_;
    slot.poll = &poll;
    slot.block.store(slot.event.block, std::memory_order_release);  // pairs with cancel_block()
    waiting_.push_back(poll);
    // Sequentially consistent: before notify(), pairs with pending().
    count_.fetch_add(1, std::memory_order_seq_cst);
    return 0;
}

void Polls::start() {
    if (!started_) {
        owner_ = {.name = "uaio-e",
                  .context = this,
                  .serve = serve,
                  .pending = pending,
                  .needed = nullptr,
                  .observe = [](void*, Pool::Event, unsigned) {},
                  .stack_bytes = kStackBytes,
                  .runs_program_code = false};
        pool_.configure(owner_, 1, kPollIdleMs * kNsPerMs);
        started_ = true;
    }
}

Slot& Polls::take_out(Poll& poll) {
    Slot& slot = *poll.slot;
    waiting_.remove(poll);
    disarm(poll);
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
    tell();
    return true;
}

void Polls::reset() UAIO_UNCHECKED {
    lock_.reset();
    waiting_ = {};
    records_.reset();
    count_.store(0, std::memory_order_relaxed);  // no other thread exists
    pool_.reset();
    forget();
}

// --- the thread -------------------------------------------------------------------------------

bool Polls::pending(void* context) {
    return static_cast<Polls*>(context)->count_.load(std::memory_order_seq_cst) != 0;  // watch()
}

void Polls::serve(void* context, Pool::Seat& seat) {
    auto& self = *static_cast<Polls*>(context);
    seat.found();
    while (pending(context)) {
        self.look();
    }
}

}  // namespace uaio
