// World: threads that take turns, one step at a time, as a seed decides.
//
// Each simulated thread is a fiber (Boost.Context) on the one real thread. It runs until it comes
// to a point (every atomic operation, wait, wake and system call is one), where the world may let
// another go on. Nothing else decides anything: a seed gives one schedule, always the same.
//
// Two ways of choosing who runs, by seed:
//   even     at each point another thread may take over with a certain chance, any with the same;
//            one thread may be starved, so that it runs only if no other can
//   ranked   the highest-ranking thread that can run does, until at a few random points the running
//            one loses its rank: finds what takes few, but certain, changes of threads
//
// Time is simulated: it goes on a little at each point, and jumps to the next deadline when nobody
// can run. In every other schedule it also jumps now and then for no reason, as if all were slow,
// and a wait may end for no reason. A thread whose signal mask allows it may have to run a handler.
#pragma once

#include <signal.h>
#include <stdint.h>

#include <functional>
#include <string>
#include <vector>

namespace uaio {
struct Running;
}

namespace uaio::sim {

// What is written down of the walk.
enum class Detail : uint8_t { kNothing, kEvents, kSteps };

enum class SleepEnd : uint8_t { kWoken, kTimedOut, kInterrupted };

inline constexpr int64_t kForEver = INT64_MAX;

struct Fiber {
    std::string name;
    std::function<void()> body;
    std::function<void()> handler;  // what a signal makes it run; null: it gets none

    void* context = nullptr;
    bool done = false;

    const void* word = nullptr;  // what it sleeps on; null: it can run
    uint32_t mask = 0;
    int64_t deadline = kForEver;
    SleepEnd end = SleepEnd::kWoken;

    int error = 0;                     // its errno while others run
    const Running* running = nullptr;  // likewise, for the engine
    bool telling = false;              // likewise, for the embedding interface
    sigset_t blocked = {};
    bool in_handler = false;
    bool may_start_threads = true;
    void* specific = nullptr;  // of the one key that the engine makes
    uint64_t rank = 0;
    void* run = nullptr;       // what its last system call did (disk.h)
    void* last_run = nullptr;  // the same, when it has been published
    void* call = nullptr;      // the submission that it is making (scenario.cc)
};

class World {
  public:
    // Once, before anything else.
    void begin(uint64_t seed, Detail detail);

    Fiber& spawn(std::string name, std::function<void()> body);

    // Runs until every thread has ended. Fails if that cannot happen.
    void run();

    // For the running thread. ----------------------------------------------------------------

    void point(const char* what, const volatile void* where);

    // Sleeps until somebody wakes `word`, or for no reason.
    SleepEnd sleep(const void* word, uint32_t mask, int64_t deadline);

    // Uses up time, and is not woken.
    void be_busy(int64_t duration_ns);

    // Wakes sleepers of `word`, at most `most`, any of them.
    void wake(const void* word, uint32_t mask, size_t most);

    // The thread ends here, in the middle of what it does (pthread_exit).
    [[noreturn]] void exit_thread();

    Fiber* current() { return current_; }
    const std::vector<Fiber*>& fibers() const { return fibers_; }
    int64_t now() const { return now_; }
    uint64_t steps() const { return steps_; }

    // Choices. ---------------------------------------------------------------------------------

    uint64_t random();
    uint64_t choose(uint64_t below) { return random() % below; }
    bool one_in(uint64_t n) { return n != 0 && choose(n) == 0; }

    // One line of the walk, if it is wanted.
    void trace(const char* format, ...) __attribute__((format(printf, 2, 3)));

    // The schedule shows a bug: says so and ends the process with status 1.
    [[noreturn]] void fail(const char* format, ...) __attribute__((format(printf, 2, 3)));

    std::function<void(void*)> destroy_specific;

    // What the embedding interface keeps for each thread; null: it is not there.
    bool* telling = nullptr;

    // So often a starved thread runs all the same: for programs in which others look again and
    // again for what it does. 0: never.
    uint64_t starved_runs_one_in = 0;

  private:
    enum class Choice : uint8_t { kEven, kRanked };

    void resume(Fiber& fiber);
    void yield();
    Fiber* choose_next();
    Fiber* choose_even(const std::vector<Fiber*>& able);
    void disturb();
    bool advance_clock();
    void wake_up(Fiber& fiber, SleepEnd end);
    void run_handler(Fiber& fiber);
    bool wants_switch();
    void report_sleepers();

    std::vector<Fiber*> fibers_;
    Fiber* current_ = nullptr;
    void* scheduler_ = nullptr;

    uint64_t state_ = 0;  // of the random numbers
    uint64_t steps_ = 0;
    int64_t now_ = 1'000'000'000;
    Detail detail_ = Detail::kNothing;

    Choice choice_ = Choice::kEven;
    uint64_t switch_one_in_ = 1;
    size_t starved_ = SIZE_MAX;
    bool disturbed_ = true;  // waits may end, and the clock jump, for no reason
    uint64_t signal_one_in_ = 256;
    uint64_t demotions_[4] = {};
    uint64_t least_rank_ = UINT32_MAX;
    bool reconsider_ = false;
};

extern World world;

// What survives the process that runs a schedule: memory shared with its parent.
struct BlackBox {
    static constexpr int kLines = 1'000'000;

    uint64_t seed;
    uint64_t schedules;
    uint64_t steps;
    uint64_t requests;
    char failure[1024];
    uint64_t lines;  // ever written; the last kLines are kept
    char walk[kLines][160];
};

extern BlackBox* black_box;

}  // namespace uaio::sim
