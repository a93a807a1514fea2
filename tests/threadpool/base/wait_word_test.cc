// Waiting on a word: what ends a wait, and what does not.
//
// Method. Nothing tells a test that another thread has gone to sleep, so a wake-up is repeated
// until the sleeper is out. Whether one can be lost is in wait_word_stress_test.cc. Both run on
// every back end that compiles here (BUILD).
#define BOOST_TEST_MODULE wait_word
#include "threadpool/base/wait_word.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <deque>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/support/require.h"
#include "tests/support/signals.h"
#include "tests/threadpool/base/sanitizer.h"

namespace uaio {
namespace {

constexpr int kSignal = SIGUSR1;

std::atomic<uint32_t> handled{0};

void note_signal(int, siginfo_t*, void*) {
    handled.fetch_add(1);
}

// Waits until something ends the wait other than a wake-up, which may come for no reason.
WaitEnd wait_for_end(WaitWord& word, int64_t deadline_ns) {
    WaitEnd end = WaitEnd::kWoken;
    while (end == WaitEnd::kWoken) {
        end = wait_on(word, word.load(), deadline_ns);
    }
    return end;
}

// A thread that waits once, without a look at the word afterwards.
class Sleeper {
  public:
    Sleeper(WaitWord& word, uint32_t mask)
        : thread_([this, &word, mask] {
              end_ = wait_on(word, 0, kNever, mask);
              awake_.store(true);
          }) {}
    ~Sleeper() { thread_.join(); }

    bool awake() const { return awake_.load(); }
    WaitEnd end() const { return end_; }

  private:
    std::atomic<bool> awake_{false};
    WaitEnd end_ = WaitEnd::kTimedOut;
    std::thread thread_;
};

// --- a word that has changed ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_changed_word_returns_at_once) {
    WaitWord word{1};
    for (uint32_t expected : {0u, 2u, UINT32_MAX}) {
        BOOST_TEST((wait_on(word, expected, kNever) == WaitEnd::kWoken));
    }
}

BOOST_AUTO_TEST_CASE(a_changed_word_counts_more_than_a_deadline_in_the_past) {
    WaitWord word{1};
    BOOST_TEST((wait_on(word, 0, 0) == WaitEnd::kWoken));
    BOOST_TEST((wait_on(word, 0, now_ns()) == WaitEnd::kWoken));
}

// --- deadlines --------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_wait_ends_after_its_deadline_and_not_before) {
    WaitWord word{0};
    for (int64_t wait_ns : {int64_t{1}, int64_t{1'000}, kNsPerMs, 2 * kNsPerMs, 4 * kNsPerMs,
                            6 * kNsPerMs, 8 * kNsPerMs, 10 * kNsPerMs, 12 * kNsPerMs}) {
        int64_t deadline = now_ns() + wait_ns;
        BOOST_TEST((wait_for_end(word, deadline) == WaitEnd::kTimedOut));
        BOOST_TEST(now_ns() >= deadline);
    }
}

BOOST_AUTO_TEST_CASE(a_deadline_in_the_past_has_passed) {
    WaitWord word{0};
    BOOST_TEST((wait_for_end(word, 0) == WaitEnd::kTimedOut));
    BOOST_TEST((wait_for_end(word, now_ns() - kNsPerSecond) == WaitEnd::kTimedOut));
}

// --- signals ----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_handler_interrupts_a_wait_without_a_deadline) {
    WaitWord word{0};
    test::SignalHandler handler(kSignal, note_signal);
    test::SignalStorm storm(kSignal);
    BOOST_TEST((wait_for_end(word, kNever) == WaitEnd::kInterrupted));
}

BOOST_AUTO_TEST_CASE(a_handler_interrupts_a_wait_with_a_deadline) {
    WaitWord word{0};
    test::SignalHandler handler(kSignal, note_signal);
    test::SignalStorm storm(kSignal);
    int64_t deadline = now_ns() + 3600 * kNsPerSecond;
    BOOST_TEST((wait_for_end(word, deadline) == WaitEnd::kInterrupted));
}

const test::WithoutThreadSanitizer signals_in_time("ThreadSanitizer delays signals");

BOOST_AUTO_TEST_CASE(a_restarting_handler_leaves_a_wait_without_a_deadline_asleep,
                     *boost::unit_test::precondition(signals_in_time)) {
    constexpr uint32_t kHandled = 5;
    WaitWord word{0};
    WaitEnd end = WaitEnd::kInterrupted;
    test::SignalHandler handler(kSignal, note_signal, SA_RESTART);
    handled = 0;
    std::thread waiter([&] {
        test::SignalStorm storm(kSignal);
        do {
            end = wait_on(word, 0, kNever);
        } while (end == WaitEnd::kWoken && word.load() == 0);
    });
    while (handled.load() < kHandled) {
        std::this_thread::yield();
    }
    word.store(1);
    wake_one(word);
    waiter.join();
    BOOST_TEST((end == WaitEnd::kWoken));
}

constexpr uint32_t kHandlersKind = 1;
constexpr uint32_t kCrowdsKind = 2;

WaitWord handlers_word{0};

void wake_in_handler(int, siginfo_t*, void*) {
    handled.fetch_add(1);
    wake_all(handlers_word, kHandlersKind);
}

// Signals strike at any instruction of a wait or a wake-up, also while the back end keeps its
// books. The thread never sleeps, for asleep it would be struck in one place only; a crowd that
// sleeps on the same word makes the books long.
BOOST_AUTO_TEST_CASE(a_handler_may_wake_in_the_middle_of_a_wait) {
    constexpr uint32_t kSignals = 300;
    constexpr int kCrowd = 30;
    std::deque<Sleeper> crowd;
    for (int sleeper = 0; sleeper < kCrowd; ++sleeper) {
        crowd.emplace_back(handlers_word, kCrowdsKind);
    }
    handled = 0;
    {
        test::SignalHandler handler(kSignal, wake_in_handler, SA_RESTART);
        test::SignalStorm storm(kSignal);
        while (handled.load() < kSignals) {
            wait_on(handlers_word, 1, kNever, kHandlersKind);
            wait_on(handlers_word, 0, 0, kHandlersKind);
            wake_all(handlers_word, kHandlersKind);
        }
    }
    for (Sleeper& sleeper : crowd) {
        while (!sleeper.awake()) {
            wake_all(handlers_word, kCrowdsKind);
        }
    }
    BOOST_TEST(handled.load() >= kSignals);
}

// --- cancelling a thread ----------------------------------------------------------------------

struct Cancellable {
    WaitWord word{0};
    WaitWord cleaned{0};
    WaitWord returned{0};

    // Waits for as long as nobody cancels it, and notes how it ended.
    static void* wait(void* argument) {
        auto& self = *static_cast<Cancellable*>(argument);
        pthread_cleanup_push([](void* noted) { static_cast<WaitWord*>(noted)->store(1); },
                             &self.cleaned);
        while (self.word.load() == 0) {
            wait_on_cancellable(self.word, 0, kNever);
        }
        pthread_cleanup_pop(0);
        self.returned.store(1);
        return nullptr;
    }

    pthread_t start() {
        pthread_t thread;
        test::require(pthread_create(&thread, nullptr, wait, this) == 0, "start a thread");
        return thread;
    }
};

void* result_of(pthread_t thread) {
    void* result = nullptr;
    pthread_join(thread, &result);
    return result;
}

BOOST_AUTO_TEST_CASE(a_cancellable_wait_ends_like_any_other) {
    WaitWord word{1};
    BOOST_TEST((wait_on_cancellable(word, 0, kNever) == WaitEnd::kWoken));
    int64_t deadline = now_ns() + kNsPerMs;
    WaitEnd end = WaitEnd::kWoken;
    while (end == WaitEnd::kWoken) {
        end = wait_on_cancellable(word, 1, deadline);
    }
    BOOST_TEST((end == WaitEnd::kTimedOut));
    BOOST_TEST(now_ns() >= deadline);
    Cancellable waiter;
    pthread_t thread = waiter.start();
    waiter.word.store(1);
    wake_one(waiter.word);
    BOOST_TEST(result_of(thread) == nullptr);
    BOOST_TEST(waiter.returned.load() == 1u);
    BOOST_TEST(waiter.cleaned.load() == 0u);
}

// Rounds, because a thread may be cancelled before, while and after it goes to sleep. The word goes
// with each round, so a waiter that stayed on some list would be found there by the next.
BOOST_AUTO_TEST_CASE(a_thread_may_be_cancelled_while_it_waits) {
    constexpr int kRounds = 200;
    int cancelled = 0;
    for (int round = 0; round < kRounds; ++round) {
        Cancellable waiter;
        pthread_t thread = waiter.start();
        for (int spins = round * 500; spins > 0; --spins) {
            asm volatile("" ::: "memory");
        }
        pthread_cancel(thread);
        cancelled += result_of(thread) == PTHREAD_CANCELED && waiter.cleaned.load() == 1 &&
                     waiter.returned.load() == 0;
        wake_all(waiter.word);
    }
    BOOST_TEST(cancelled == kRounds);
}

BOOST_AUTO_TEST_CASE(a_plain_wait_is_no_cancellation_point) {
    WaitWord word{0};
    std::atomic<bool> returned{false};
    struct Context {
        WaitWord& word;
        std::atomic<bool>& returned;
    } context{word, returned};
    pthread_t thread;
    test::require(pthread_create(
                      &thread, nullptr,
                      [](void* argument) -> void* {
                          auto& [waited, back] = *static_cast<Context*>(argument);
                          pthread_cancel(pthread_self());
                          wait_on(waited, 1, kNever);
                          wait_on(waited, 0, now_ns() + kNsPerMs);
                          back.store(true);
                          pthread_testcancel();
                          return nullptr;
                      },
                      &context) == 0,
                  "start a thread");
    BOOST_TEST(result_of(thread) == PTHREAD_CANCELED);
    BOOST_TEST(returned.load());
}

// --- errno and addresses ----------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(errno_is_kept) {
    WaitWord word{0};
    test::SignalHandler handler(kSignal, note_signal);
    errno = EDOM;
    wait_on(word, 1, kNever);
    BOOST_TEST(errno == EDOM);
    errno = EDOM;
    wait_for_end(word, now_ns());
    BOOST_TEST(errno == EDOM);
    errno = EDOM;
    wake_one(word);
    wake_all(word);
    BOOST_TEST(errno == EDOM);
    test::SignalStorm storm(kSignal);
    errno = EDOM;
    wait_for_end(word, kNever);
    BOOST_TEST(errno == EDOM);
}

BOOST_AUTO_TEST_CASE(a_word_may_be_gone_when_its_waiters_are_woken) {
    auto bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    void* page = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    test::require(page != MAP_FAILED, "map a page");
    auto* word = new (page) WaitWord{0};
    munmap(page, bytes);
    errno = EDOM;
    wake_one(*word);
    wake_all(*word);
    BOOST_TEST(errno == EDOM);
}

// --- wake-ups ---------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(wake_one_reaches_every_sleeper_in_the_end) {
    constexpr int kSleepers = 4;
    WaitWord word{0};
    std::deque<Sleeper> sleepers;
    for (int sleeper = 0; sleeper < kSleepers; ++sleeper) {
        sleepers.emplace_back(word, kEveryKind);
    }
    for (Sleeper& sleeper : sleepers) {
        while (!sleeper.awake()) {
            wake_one(word);
        }
        BOOST_TEST((sleeper.end() == WaitEnd::kWoken));
    }
}

BOOST_AUTO_TEST_CASE(wake_all_reaches_those_whose_mask_shares_a_bit) {
    constexpr uint32_t kMasks[] = {1, 1u << 31, 0b1010, kEveryKind};
    constexpr uint32_t kKinds[] = {1, 1u << 31, 0b0010, 0b0100};
    for (size_t kind = 0; kind < std::size(kKinds); ++kind) {
        WaitWord word{0};
        Sleeper sleeper(word, kMasks[kind]);
        while (!sleeper.awake()) {
            wake_all(word, kKinds[kind]);
        }
        BOOST_TEST((sleeper.end() == WaitEnd::kWoken));
    }
}

BOOST_AUTO_TEST_CASE(wake_one_ignores_masks) {
    WaitWord word{0};
    Sleeper sleeper(word, 1u << 7);
    while (!sleeper.awake()) {
        wake_one(word);
    }
    BOOST_TEST((sleeper.end() == WaitEnd::kWoken));
}

// --- fork -------------------------------------------------------------------------------------

// Wakes without pause until the end of the block, so that a fork finds it in the middle of that.
class Waker {
  public:
    explicit Waker(WaitWord& word)
        : thread_([this, &word] {
              while (!done_.load()) {
                  wake_one(word);
              }
          }) {}
    ~Waker() {
        done_.store(true);
        thread_.join();
    }

  private:
    std::atomic<bool> done_{false};
    std::thread thread_;
};

BOOST_AUTO_TEST_CASE(a_forked_child_wakes_whatever_the_parents_threads_were_doing) {
    constexpr int kChildren = 100;
    constexpr unsigned kHangSeconds = 20;
    WaitWord word{0};
    Waker waker(word);
    int bad = 0;
    for (int i = 0; i < kChildren && bad == 0; ++i) {
        pid_t child = fork();
        if (child == 0) {
            signal(SIGALRM, SIG_DFL);
            alarm(kHangSeconds);
            forget_waiters();
            wake_one(word);
            _exit(0);
        }
        int status = 0;
        test::require(child > 0 && waitpid(child, &status, 0) == child, "make a child");
        bad += status != 0;
    }
    BOOST_TEST(bad == 0);
}

}  // namespace
}  // namespace uaio
