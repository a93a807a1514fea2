#include "threadpool/pool.h"

#include "threadpool/base/check.h"
#include "threadpool/base/signal_block.h"

namespace uaio {
namespace {

constexpr uint64_t kThread = 1;
constexpr uint64_t kIdle = uint64_t{1} << 16;
constexpr uint64_t kSearching = uint64_t{1} << 32;
constexpr uint64_t kStarting = uint64_t{1} << 48;
constexpr uint64_t kStopped = uint64_t{1} << 63;

constexpr uint64_t kComing = kThread + kSearching + kStarting;

// Every change and every look of the protocol in pool.h; pairs with itself and with the owner's
// queue, whose put and look are sequentially consistent too.
constexpr auto kSeqCst = std::memory_order_seq_cst;

constexpr unsigned threads_in(uint64_t state) {
    return state & 0xffff;
}
constexpr unsigned idle_in(uint64_t state) {
    return state >> 16 & 0xffff;
}
constexpr unsigned searching_in(uint64_t state) {
    return state >> 32 & 0xffff;
}
constexpr unsigned starting_in(uint64_t state) {
    return state >> 48 & 0x7fff;
}
constexpr bool is_stopped(uint64_t state) {
    return state >= kStopped;  // the highest bit
}
// Those that look for work, or will when it comes: so many at least, for who is only being started
// may never be there, or be at work before its start is known to have ended.
constexpr int free_in(uint64_t state) {
    return static_cast<int>(idle_in(state) + searching_in(state)) -
           static_cast<int>(starting_in(state));
}

}  // namespace

void Pool::configure(const Owner& owner, unsigned threads_max, int64_t idle_ns) {
    owner_ = &owner;
    start_ = {thread_main, this, owner.stack_bytes};
    if (owner.runs_program_code && !has_lost_key_) {
        // Without a key (EAGAIN) a thread that ends in the middle stays counted as busy.
        has_lost_key_ = pthread_key_create(&lost_key_, thread_lost) == 0;
    }
    set_threads_max(threads_max);
    set_idle_ns(idle_ns);
}

// Relaxed: a limit orders nothing, and any recent value of it will do.
void Pool::set_threads_max(unsigned threads_max) {
    UAIO_CHECK(threads_max >= 1 && threads_max <= kPoolThreadsMax);
    threads_max_.store(threads_max, std::memory_order_relaxed);
}

void Pool::set_idle_ns(int64_t idle_ns) {
    idle_ns_.store(idle_ns, std::memory_order_relaxed);
}

unsigned Pool::threads() const {
    return threads_in(state_.load(std::memory_order_relaxed));
}

// Who is only being started counts as searching.
unsigned Pool::busy() const {
    uint64_t state = state_.load(std::memory_order_relaxed);  // a number, nothing else
    return threads_in(state) - idle_in(state) - searching_in(state);
}

void Pool::reset() {
    present_.exchange(0, std::memory_order_acquire);  // pairs with depart(), in the parent
    state_.store(0, std::memory_order_relaxed);  // no other thread exists
    tokens_.store(0, std::memory_order_relaxed);
    starts_.store(0, std::memory_order_relaxed);
    if (has_lost_key_) {
        pthread_setspecific(lost_key_, nullptr);  // the forking thread belongs to no pool now
    }
    life_.store(life() + 1, std::memory_order_relaxed);
}

bool Pool::full(uint64_t state) const {
    return is_stopped(state) || threads_in(state) >= threads_max_.load(std::memory_order_relaxed);
}

bool Pool::notify() {
    uint64_t state = state_.load(kSeqCst);
    if (searching_in(state) > 0 || (idle_in(state) == 0 && full(state))) {
        return true;
    }
    SignalBlock block;
    return claim_thread();
}

bool Pool::wake() {
    SignalBlock block;
    uint64_t state = state_.load(kSeqCst);
    while (searching_in(state) == 0 && idle_in(state) > 0) {
        if (wake_idle(state)) {
            return true;
        }
    }
    return threads_in(state) > 0;
}

// The woken thread counts as searching from now on, so that the next notify() need not wake another
// while this one is on its way.
bool Pool::wake_idle(uint64_t& state) {
    if (!state_.compare_exchange_weak(state, state - kIdle + kSearching, kSeqCst)) {
        return false;
    }
    tokens_.fetch_add(1, std::memory_order_release);  // pairs with take_token()
    wake_one(tokens_);
    observe(Event::kWoken);
    return true;
}

// Others rely on a thread that is counted as searching, so whoever counts one that is still asleep,
// or not yet there, must go on to wake or start it: with signals blocked, because a handler could
// wait for the work of one of those others.
bool Pool::claim_thread() {
    uint64_t state = state_.load(kSeqCst);
    for (;;) {
        if (searching_in(state) > 0) {
            return true;
        }
        if (idle_in(state) > 0) {
            if (wake_idle(state)) {
                return true;
            }
        } else if (full(state)) {
            return true;
        } else if (state_.compare_exchange_weak(state, state + kComing, kSeqCst)) {
            if (start_counted(state)) {
                return true;
            }
            // Others may have relied on the thread that did not come: look at the pool anew, and if
            // it has threads at all, leave the work to them.
            if (searching_in(state) == 0 && idle_in(state) == 0) {
                return threads_in(state) > 0;
            }
        }
    }
}

// A thread that is counted as coming already. `state`: afterwards.
bool Pool::start_counted(uint64_t& state) {
    bool started = start();
    uint64_t change = started ? kStarting : kComing;
    state = state_.fetch_sub(change, kSeqCst) - change;
    starts_.fetch_add(1, kSeqCst);
    wake_all(starts_);
    return started;
}

// Relaxed: the change of the word that ends the start releases it to stop().
bool Pool::start() {
    present_.fetch_add(1, std::memory_order_relaxed);
    if (start_thread(start_) != 0) {
        observe(Event::kRefused);
        depart();
        return false;
    }
    observe(Event::kStarted);
    return true;
}

void Pool::thread_main(void* pool) {
    auto& self = *static_cast<Pool*>(pool);
    // Relaxed: a number, nothing else.
    name_thread(self.owner_->name, self.names_.fetch_add(1, std::memory_order_relaxed));
    self.live();
}

// A thread's life, which begins as searching.
void Pool::live() {
    if (has_lost_key_) {
        pthread_setspecific(lost_key_, this);
    }
    Seat seat(*this);
    run(seat);
    if (has_lost_key_) {
        pthread_setspecific(lost_key_, nullptr);
    }
    if (seat.valid()) {
        observe(Event::kLeft);
        depart();
    }
}

// The last touch: the word may be gone when it is woken. Release pairs with stop() and reset().
void Pool::depart() {
    if (present_.fetch_sub(1, std::memory_order_release) == 1) {
        wake_all(present_);
    }
}

// The destructor of the key: the program ends the thread inside serve(), where it counts as busy.
// What it would have looked at next is looked at by another. If there is no other and none can be
// had, this one lives on, in here. The program may have left signals open.
void Pool::thread_lost(void* pool) {
    SignalBlock block;
    auto& self = *static_cast<Pool*>(pool);
    self.state_.fetch_sub(kThread, kSeqCst);
    bool spared = !self.pending() || self.notify();
    if (spared && (!self.needed() || self.ensure())) {
        self.observe(Event::kLeft);
        self.depart();
        return;
    }
    self.state_.fetch_add(kThread + kSearching, kSeqCst);
    self.live();
}

void Pool::run(Seat& seat) {
    do {
        owner_->serve(owner_->context, seat);
    } while (seat.valid() && rest(seat));
}

Pool::Seat::Seat(Pool& pool) : pool_(pool), life_(pool.life()) {}

bool Pool::Seat::valid() const {
    return life_ == pool_.life();
}

// Two that come at the same time may both find nobody, and both search: that costs a change of the
// word, nothing else.
void Pool::Seat::search() {
    if (!searching_ && searching_in(pool_.state_.load(kSeqCst)) == 0) {
        searching_ = true;
        pool_.state_.fetch_add(kSearching, kSeqCst);
    }
}

void Pool::Seat::found() {
    if (searching_) {
        searching_ = false;
        pool_.state_.fetch_sub(kSearching, kSeqCst);
    }
    // This look comes after the change of the word, so work that was made visible by somebody who
    // relied on this searcher is seen here.
    if (pool_.pending()) {
        pool_.claim_thread();
    }
}

// Busy as the word says, before it looks whether another is needed; who comes to need one says so
// before he looks at the word (ensure()).
void Pool::Seat::leave_another() {
    if (pool_.needed()) {
        pool_.ensure();
    }
}

// From searching or busy to idle, and back to searching. False when the thread must leave.
bool Pool::rest(Seat& seat) {
    state_.fetch_add(seat.searching_ ? kIdle - kSearching : kIdle, kSeqCst);
    seat.searching_ = false;
    // Work that was made visible while this thread was counted as searching or busy is seen here.
    // If no idle thread is left to claim, a token has been posted for this one too.
    if (pending() && claim_idle()) {
        seat.searching_ = true;
        return true;
    }
    return sleep(seat);
}

bool Pool::claim_idle() {
    uint64_t state = state_.load(kSeqCst);
    while (idle_in(state) > 0) {
        if (state_.compare_exchange_weak(state, state - kIdle + kSearching, kSeqCst)) {
            return true;
        }
    }
    return false;
}

// False when the thread has left the pool.
bool Pool::sleep(Seat& seat) {
    uint64_t state = state_.load(kSeqCst);  // pairs with stop(), which sees this thread idle if not
    bool surplus =
        is_stopped(state) || threads_in(state) > threads_max_.load(std::memory_order_relaxed);
    int64_t deadline = now_ns() + (surplus ? 0 : idle_ns_.load(std::memory_order_relaxed));
    for (;;) {
        while (wait_on(tokens_, 0, deadline) != WaitEnd::kTimedOut) {
            if (take_token()) {
                seat.searching_ = true;  // as counted by the waker
                return true;
            }
        }
        switch (leave(seat)) {
            case Leaving::kLeft:
                wake_next();
                return false;
            case Leaving::kCameBack:
                return true;
            case Leaving::kNotNow:
                // Asleep, whatever the idle time: whoever posts the token that it may have to wait
                // for may be less urgent than this thread.
                deadline = now_ns() + kNotNowNs;
                break;
        }
    }
}

bool Pool::take_token() {
    uint32_t tokens = tokens_.load(std::memory_order_relaxed);  // checked by the exchange
    while (tokens > 0) {
        // Acquire pairs with the release in wake_idle().
        if (tokens_.compare_exchange_weak(tokens, tokens - 1, std::memory_order_acquire,
                                          std::memory_order_relaxed)) {
            return true;
        }
    }
    return false;
}

// An idle thread leaves. Not if every idle thread has been taken off the count: then a token is on
// its way for this one, or for another that sleeps instead. Nor the last free one if somebody
// relies on there being one (ensure()): who counted on this one before it left made that known
// before, and is seen here; the thread comes back as a searching one. Threads may have been started
// in its place meanwhile; one of them, above the maximum then, leaves.
Pool::Leaving Pool::leave(Seat& seat) {
    uint64_t state = state_.load(kSeqCst);
    while (idle_in(state) > 0) {
        bool last = free_in(state) <= 1;
        if (last && needed()) {
            return Leaving::kNotNow;
        }
        if (state_.compare_exchange_weak(state, state - kIdle - kThread, kSeqCst)) {
            if (!last || !needed()) {
                return Leaving::kLeft;
            }
            state_.fetch_add(kThread + kSearching, kSeqCst);
            seat.searching_ = true;
            return Leaving::kCameBack;
        }
    }
    return Leaving::kNotNow;
}

// Where the pool is stopped, all leave one after the other.
void Pool::wake_next() {
    uint64_t state = state_.load(kSeqCst);
    while (is_stopped(state) && idle_in(state) > 0 && !wake_idle(state)) {
    }
}

// A start that was counted before may go on, in a thread of another pool; none begins later. When
// it has ended, its thread is present, or was refused.
void Pool::stop() {
    SignalBlock block;
    state_.fetch_or(kStopped, kSeqCst);  // pairs with sleep()
    wake_next();
    for (uint32_t starts; starts = starts_.load(kSeqCst), starting_in(state_.load(kSeqCst)) > 0;) {
        wait_on(starts_, starts, kNever);
    }
    while (uint32_t present = present_.load(std::memory_order_acquire)) {  // pairs with depart()
        wait_on(present_, present, kNever);
    }
}

// A thread that is only being started may not come. Its starter has blocked signals and waits for
// nobody, so it is waited for. No end of a start is missed: it changes the state before the word.
bool Pool::ensure() {
    if (free_in(state_.load(kSeqCst)) > 0) {
        return true;
    }
    SignalBlock block;
    for (;;) {
        uint32_t starts = starts_.load(kSeqCst);
        uint64_t state = state_.load(kSeqCst);
        if (free_in(state) > 0) {
            return true;
        }
        if (starting_in(state) > 0) {
            wait_on(starts_, starts, kNever);
        } else if (full(state)) {
            return true;
        } else if (state_.compare_exchange_weak(state, state + kComing, kSeqCst)) {
            if (start_counted(state)) {
                return true;
            }
            if (pending()) {  // others may have relied on the thread that did not come
                wake();
            }
            if (starting_in(state) == 0) {
                return threads_in(state) > 0;
            }
        }
    }
}

}  // namespace uaio
