#include "tests/simulation/world.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include <boost/context/detail/fcontext.hpp>

#include "tests/simulation/engine_state.h"
#include "tests/simulation/faults.h"

namespace uaio::sim {

World world;
BlackBox* black_box = nullptr;

namespace {

namespace context = boost::context::detail;

constexpr size_t kStackBytes = size_t{128} * 1024;
constexpr uint64_t kStepsMax = 400'000;  // far more than any schedule needs
constexpr int64_t kStepNs = 20;
constexpr int64_t kNoLimitNs = 1'000'000'000'000'000;  // eleven days: nobody means to wait so long

void enter(context::transfer_t transfer);

}  // namespace

// --- choices ----------------------------------------------------------------------------------

// splitmix64 (Steele, Lea, Flood 2014).
uint64_t World::random() {
    uint64_t mixed = state_ += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return mixed ^ mixed >> 31;
}

void World::begin(uint64_t seed, Detail detail) {
    state_ = seed * 0x2545f4914f6cdd1du + 1;
    detail_ = detail;
    choice_ = one_in(2) ? Choice::kRanked : Choice::kEven;
    switch_one_in_ = uint64_t{1} << choose(7);
    starved_ = one_in(4) ? choose(6) : SIZE_MAX;
    disturbed_ = one_in(2);
    signal_one_in_ = uint64_t{16} << choose(5);
    for (uint64_t& demotion : demotions_) {
        demotion = choose(uint64_t{1} << (6 + choose(7)));
    }
}

Fiber& World::spawn(std::string name, std::function<void()> body) {
    auto* fiber = new Fiber;
    fiber->name = std::move(name);
    fiber->body = std::move(body);
    auto* stack = static_cast<char*>(take_memory(kStackBytes));
    fiber->context = context::make_fcontext(stack + kStackBytes, kStackBytes, enter);
    fiber->rank = uint64_t{UINT32_MAX} + 1 + choose(UINT32_MAX);
    fibers_.push_back(fiber);
    reconsider_ = true;
    return *fiber;
}

// --- switching --------------------------------------------------------------------------------

namespace {

void enter(context::transfer_t transfer) {
    auto& fiber = *static_cast<Fiber*>(transfer.data);
    *static_cast<void**>(fiber.context) = transfer.fctx;
    fiber.body();
    world.exit_thread();
}

}  // namespace

// A fiber that starts finds in its `context` where to store the scheduler's.
void World::resume(Fiber& fiber) {
    current_ = &fiber;
    errno = fiber.error;
    state_of_thread() = fiber.running;
    if (telling != nullptr) {
        *telling = fiber.telling;
    }
    void* to = fiber.context;
    fiber.context = &scheduler_;
    context::transfer_t back = context::jump_fcontext(to, &fiber);
    fiber.context = back.fctx;
    fiber.error = errno;
    fiber.running = state_of_thread();
    fiber.telling = telling != nullptr && *telling;
    current_ = nullptr;
}

void World::yield() {
    scheduler_ = context::jump_fcontext(scheduler_, nullptr).fctx;
}

void World::exit_thread() {
    Fiber& fiber = *current_;
    if (fiber.specific != nullptr && destroy_specific) {
        void* value = fiber.specific;
        fiber.specific = nullptr;
        destroy_specific(value);
    }
    trace("ends");
    fiber.done = true;
    yield();
    __builtin_unreachable();
}

void World::run() {
    while (Fiber* fiber = choose_next()) {
        resume(*fiber);
    }
}

// Null when all have ended.
Fiber* World::choose_next() {
    reconsider_ = false;
    for (;;) {
        disturb();
        std::vector<Fiber*> able;
        bool all_done = true;
        for (Fiber* fiber : fibers_) {
            all_done = all_done && fiber->done;
            if (!fiber->done && fiber->word == nullptr) {
                able.push_back(fiber);
            }
        }
        if (all_done) {
            return nullptr;
        }
        if (able.empty()) {
            if (!advance_clock()) {
                report_sleepers();
            }
            continue;
        }
        if (choice_ == Choice::kEven) {
            return choose_even(able);
        }
        return *std::max_element(
            able.begin(), able.end(),
            [](const Fiber* one, const Fiber* other) { return one->rank < other->rank; });
    }
}

Fiber* World::choose_even(const std::vector<Fiber*>& able) {
    Fiber* chosen = able[choose(able.size())];
    bool starved =
        starved_ < fibers_.size() && chosen == fibers_[starved_] && !one_in(starved_runs_one_in);
    if (!starved || able.size() == 1) {
        return chosen;
    }
    return chosen != able.front() ? able.front() : able.back();
}

// Things that may happen at any time, though nobody did anything.
void World::disturb() {
    if (!disturbed_) {
        return;
    }
    if (one_in(128)) {
        advance_clock();
    }
    if (!one_in(64) || fibers_.empty()) {
        return;
    }
    Fiber& fiber = *fibers_[choose(fibers_.size())];
    if (fiber.done || fiber.word == nullptr || fiber.mask == 0) {
        return;
    }
    bool interruptible =
        fiber.handler && !fiber.in_handler && !sigismember(&fiber.blocked, SIGUSR1);
    wake_up(fiber, interruptible && one_in(2) ? SleepEnd::kInterrupted : SleepEnd::kWoken);
}

// To the next deadline. False if there is none.
bool World::advance_clock() {
    Fiber* first = nullptr;
    for (Fiber* fiber : fibers_) {
        bool waits = !fiber->done && fiber->word != nullptr && fiber->deadline != kForEver;
        if (waits && (first == nullptr || fiber->deadline < first->deadline)) {
            first = fiber;
        }
    }
    if (first == nullptr) {
        return false;
    }
    now_ = std::max(now_, first->deadline);
    wake_up(*first, SleepEnd::kTimedOut);
    return true;
}

void World::wake_up(Fiber& fiber, SleepEnd end) {
    fiber.word = nullptr;
    fiber.end = end;
    reconsider_ = true;
}

// --- what a thread does -----------------------------------------------------------------------

void World::point(const char* what, const volatile void* where) {
    if (current_ == nullptr) {  // before or after the schedule
        return;
    }
    now_ += kStepNs;
    if (++steps_ > kStepsMax) {
        fail("no end after %llu steps", static_cast<unsigned long long>(kStepsMax));
    }
    if (detail_ == Detail::kSteps) {
        trace("%s %p", what, const_cast<const void*>(where));
    }
    if (wants_switch()) {
        yield();
    }
    run_handler(*current_);
}

bool World::wants_switch() {
    if (choice_ == Choice::kEven) {
        return one_in(switch_one_in_);
    }
    for (uint64_t demotion : demotions_) {
        if (steps_ == demotion) {
            current_->rank = least_rank_--;
            return true;
        }
    }
    return reconsider_ || one_in(256);
}

void World::run_handler(Fiber& fiber) {
    if (!fiber.handler || fiber.in_handler || sigismember(&fiber.blocked, SIGUSR1) ||
        !one_in(signal_one_in_)) {
        return;
    }
    fiber.in_handler = true;
    void* run = std::exchange(fiber.run, nullptr);  // of a read that is not published yet
    int error = errno;
    trace("a signal");
    fiber.handler();
    trace("back from the handler");
    errno = error;
    fiber.run = run;
    fiber.in_handler = false;
}

SleepEnd World::sleep(const void* word, uint32_t mask, int64_t deadline) {
    Fiber& fiber = *current_;
    fiber.word = word;
    fiber.mask = mask;
    fiber.deadline = deadline - now_ < kNoLimitNs ? deadline : kForEver;
    trace("sleeps on %p", word);
    yield();
    trace(fiber.end == SleepEnd::kWoken      ? "is awake"
          : fiber.end == SleepEnd::kTimedOut ? "is awake: too late"
                                             : "is awake: interrupted");
    return fiber.end;
}

void World::be_busy(int64_t duration_ns) {
    sleep(this, 0, now_ + duration_ns);
}

void World::wake(const void* word, uint32_t mask, size_t most) {
    while (most-- > 0) {
        std::vector<Fiber*> sleepers;
        for (Fiber* fiber : fibers_) {
            if (!fiber->done && fiber->word == word && (fiber->mask & mask) != 0) {
                sleepers.push_back(fiber);
            }
        }
        if (sleepers.empty()) {
            return;
        }
        Fiber& chosen = *sleepers[choose(sleepers.size())];
        trace("wakes %s", chosen.name.c_str());
        wake_up(chosen, SleepEnd::kWoken);
    }
}

// --- telling ----------------------------------------------------------------------------------

void World::trace(const char* format, ...) {
    if (detail_ == Detail::kNothing) {
        return;
    }
    char* line = black_box->walk[black_box->lines++ % BlackBox::kLines];
    int used = snprintf(line, sizeof black_box->walk[0], "%7llu  %-12s ",
                        static_cast<unsigned long long>(steps_),
                        current_ != nullptr ? current_->name.c_str() : "");
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line + used, sizeof black_box->walk[0] - static_cast<size_t>(used), format,
              arguments);
    va_end(arguments);
}

void World::fail(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(black_box->failure, sizeof black_box->failure, format, arguments);
    va_end(arguments);
    _exit(1);
}

void World::report_sleepers() {
    std::string sleepers;
    for (Fiber* fiber : fibers_) {
        if (!fiber->done) {
            sleepers += " " + fiber->name;
        }
    }
    fail("nobody can go on; asleep for ever:%s", sleepers.c_str());
}

}  // namespace uaio::sim
