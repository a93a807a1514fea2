// Notifier: the order of calls, the thread, mask and attributes that a call gets, and that every
// call is made once.
//
// Method. The cases about one call take it from the queue by hand; those about threads of their
// own let the callback look at itself; the last ones give the notifier a pool, as the engine does.
#define BOOST_TEST_MODULE notifier
#include "signals/notifier.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>

#include <atomic>
#include <deque>
#include <random>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/signals/events.h"
#include "tests/support/bell.h"
#include "tests/support/require.h"
#include "tests/support/seed.h"
#include "tests/support/signals.h"
#include "tests/threadpool/refused_threads.h"
#include "threadpool/base/signal_block.h"
#include "threadpool/pool.h"

namespace uaio::test {
namespace {

// More than there are addresses, though no more than may be asked for: half of 32 bits is there.
constexpr size_t kImpossibleBytes = sizeof(size_t) > 4 ? SIZE_MAX / 4 + 1 : SIZE_MAX / 8 * 7;

std::atomic<int> summons{0};

struct Surroundings {
    Surroundings() {
        notifier.set_summon([] { ++summons; });
    }
};
BOOST_TEST_GLOBAL_FIXTURE(Surroundings);

// What a callback sees of itself.
struct Witness {
    static void look(sigval value) {
        auto& self = *static_cast<Witness*>(value.sival_ptr);
        self.mask = mask_now();
        self.thread = pthread_self();
        ++self.calls;
        self.called.ring();
    }

    sigevent event(pthread_attr_t* attributes = nullptr) {
        return call_event(look, this, attributes);
    }

    sigset_t mask;
    pthread_t thread;
    std::atomic<int> calls{0};
    Bell called;
};

// --- the queue --------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(calls_come_in_the_order_in_which_they_were_owed) {
    constexpr int kCalls = 5;
    BOOST_TEST(!notifier.pending());
    int before = summons;
    for (int number = 0; number < kCalls; ++number) {
        notifier.owe(*take_call([](sigval) {}, number_value(number)), Starts::kNothing);
        BOOST_TEST(notifier.pending());
        BOOST_TEST(summons.load() == before + number + 1);
    }
    Due due;
    for (int number = 0; number < kCalls; ++number) {
        BOOST_TEST_REQUIRE(notifier.next(due));
        BOOST_TEST(due.value.sival_int == number);
    }
    BOOST_TEST(!notifier.pending());
    BOOST_TEST(!notifier.next(due));
}

BOOST_AUTO_TEST_CASE(after_a_reset_nothing_is_owed) {
    notifier.owe(*take_call([](sigval) {}, number_value(1)), Starts::kNothing);
    notifier.owe(*take_call([](sigval) {}, number_value(2)), Starts::kNothing);
    notifier.reset();
    BOOST_TEST(!notifier.pending());
    Due due;
    BOOST_TEST(!notifier.next(due));
    notifier.owe(*take_call([](sigval) {}, number_value(3)), Starts::kNothing);
    BOOST_TEST_REQUIRE(notifier.next(due));
    BOOST_TEST(due.value.sival_int == 3);
}

// --- one call ---------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_call_is_made_under_the_mask_of_its_submitter) {
    Witness witness;
    sigset_t submitters;
    Call* call;
    {
        BlockedSignal blocked(SIGUSR2);
        submitters = mask_now();
        call = take_call(witness.event());
    }
    {
        SignalBlock block;
        Notifier::make(redeem(*call));
        BOOST_TEST(same_masks(mask_now(), every_signal()));
    }
    BOOST_TEST(witness.calls.load() == 1);
    BOOST_TEST(same_masks(witness.mask, submitters));
}

Call* taken_in_callback = nullptr;

BOOST_AUTO_TEST_CASE(the_record_is_given_back_before_the_function_runs) {
    Call* call = take_call(call_event(
        [](sigval) {
            taken_in_callback = take_call([](sigval) {}, number_value(0));
            give_call(*taken_in_callback);
        },
        nullptr));
    notifier.owe(*call, Starts::kNothing);
    SignalBlock block;
    Due due;
    BOOST_TEST_REQUIRE(notifier.next(due));
    BOOST_TEST(calls_taken() == 0u);
    Notifier::make(due);
    BOOST_TEST(taken_in_callback == call);
}

// --- threads of their own ---------------------------------------------------------------------

struct Attributes {
    Attributes() { pthread_attr_init(&all); }
    ~Attributes() { pthread_attr_destroy(&all); }
    pthread_attr_t all;
};

// What one of the notifier's threads does. Returns whether there was a call for itself.
bool next_here() {
    SignalBlock block;
    Due due;
    bool found = notifier.next(due);
    if (found) {
        Notifier::make(due);
    }
    return found;
}

struct ThreadWitness : Witness {
    static void look_closer(sigval value) {
        auto& self = *static_cast<ThreadWitness*>(value.sival_ptr);
        pthread_attr_t attributes;
        require(pthread_getattr_np(pthread_self(), &attributes) == 0, "look at a thread");
        pthread_attr_getstacksize(&attributes, &self.stack_bytes);
        pthread_attr_getdetachstate(&attributes, &self.detached);
        pthread_attr_destroy(&attributes);
        look(pointer_value(static_cast<Witness*>(&self)));
    }

    // The call is not made by who owes it, nor does that start a thread.
    void owe(pthread_attr_t* attributes) {
        int before = summons;
        notifier.owe(*take_call(call_event(look_closer, this, attributes)), Starts::kNothing);
        BOOST_TEST(summons.load() == before + 1);
        BOOST_TEST(notifier.pending());
        BOOST_TEST(calls.load() == 0);
    }

    size_t stack_bytes = 0;
    int detached = PTHREAD_CREATE_JOINABLE;
};

BOOST_AUTO_TEST_CASE(a_call_with_attributes_gets_a_thread_made_with_them) {
    constexpr size_t kStack = size_t{3} << 20;
    for (int detached : {PTHREAD_CREATE_DETACHED, PTHREAD_CREATE_JOINABLE}) {
        Attributes attributes;
        pthread_attr_setstacksize(&attributes.all, kStack);
        pthread_attr_setdetachstate(&attributes.all, detached);
        ThreadWitness witness;
        BlockedSignal blocked(SIGUSR2);
        witness.owe(&attributes.all);
        BOOST_TEST(!next_here());
        witness.called.wait();
        BOOST_TEST(!pthread_equal(witness.thread, pthread_self()));
        BOOST_TEST(witness.stack_bytes >= kStack);
        BOOST_TEST(witness.stack_bytes < 2 * kStack);
        BOOST_TEST(witness.detached == PTHREAD_CREATE_DETACHED);
        BOOST_TEST(same_masks(witness.mask, mask_now()));
        BOOST_TEST(!notifier.pending());
    }
}

// The attributes are the program's again when the call is owed.
BOOST_AUTO_TEST_CASE(who_may_start_threads_does_so_at_once) {
    ThreadWitness witness;
    int before = summons;
    {
        Attributes attributes;
        SignalBlock block;
        notifier.owe(*take_call(call_event(ThreadWitness::look_closer, &witness, &attributes.all)),
                     Starts::kThreads);
    }
    witness.called.wait();
    BOOST_TEST(!pthread_equal(witness.thread, pthread_self()));
    BOOST_TEST(witness.detached == PTHREAD_CREATE_DETACHED);
    BOOST_TEST(summons.load() == before);
    BOOST_TEST(!notifier.pending());
}

struct SelfEnding {
    static void end(sigval value) {
        auto& self = *static_cast<SelfEnding*>(value.sival_ptr);
        pthread_attr_destroy(&self.attributes);
        self.called.ring();
        pthread_exit(nullptr);
    }

    pthread_attr_t attributes;
    Bell called;
};

// In rounds, because the attributes go while the thread that made the callback's is still at it.
BOOST_AUTO_TEST_CASE(a_callback_may_destroy_its_attributes_and_end_its_thread) {
    constexpr int kRounds = 300;
    for (int round = 0; round < kRounds; ++round) {
        SelfEnding ending;
        pthread_attr_init(&ending.attributes);
        notifier.owe(*take_call(call_event(SelfEnding::end, &ending, &ending.attributes)),
                     Starts::kNothing);
        BOOST_TEST(!next_here());
        ending.called.wait();
    }
    BOOST_TEST(!notifier.pending());
}

void check_made_here(ThreadWitness& witness) {
    BOOST_TEST(next_here());
    BOOST_TEST(witness.calls.load() == 1);
    BOOST_TEST(pthread_equal(witness.thread, pthread_self()));
}

BOOST_AUTO_TEST_CASE(a_call_whose_attributes_are_impossible_is_made_by_any_thread) {
    Attributes attributes;
    BOOST_TEST(pthread_attr_setstacksize(&attributes.all, kImpossibleBytes) == 0);
    ThreadWitness witness;
    witness.owe(&attributes.all);
    check_made_here(witness);
}

BOOST_AUTO_TEST_CASE(a_call_whose_thread_is_refused_is_made_by_any_thread) {
    Attributes attributes;
    ThreadWitness witness;
    witness.owe(&attributes.all);
    RefusedThreads refused;
    check_made_here(witness);
    BOOST_TEST(refused.calls() == 1);
}

// --- with a pool ------------------------------------------------------------------------------

// Reusable threads as the engine has them. They look at the pool until they end: it stays.
struct Threads {
    static void serve(void*, Pool::Seat& seat) {
        Due due;
        while (notifier.next(due)) {
            seat.found();
            Notifier::make(due);
        }
    }

    static void observe(void*, Pool::Event event, unsigned) {
        if (event == Pool::Event::kLeft) {
            left.ring();
        }
    }

    static inline Bell left;
    static inline Pool pool;
    static inline const Pool::Owner owner = {
        .name = "uaio-n",
        .context = nullptr,
        .serve = serve,
        .pending = [](void*) { return notifier.pending(); },
        .observe = observe,
        .stack_bytes = 0,
        .runs_program_code = true,
    };
};

// A callback that may end its thread, and sees whether it runs under its submitter's mask.
struct Owed {
    static void settle(sigval value) {
        auto& self = *static_cast<Owed*>(value.sival_ptr);
        self.under_wrong_mask = !same_masks(mask_now(), self.mask);
        bool ends_thread = self.ends_thread;
        ++self.calls;
        self.submitter->ring();  // *this may be owed again from here on
        if (ends_thread) {
            pthread_exit(nullptr);
        }
    }

    Bell* submitter = nullptr;
    sigset_t mask;
    bool ends_thread = false;
    bool under_wrong_mask = false;
    std::atomic<int> calls{0};
};

constexpr int kSubmitters = 3;
constexpr int kRounds = 1'000;
constexpr int kBatchMax = 3;

// Owes small batches and waits for each. Returns how many calls went wrong.
int submit(uint32_t seed, int own_signal) {
    BlockedSignal blocked(own_signal);
    std::minstd_rand random(seed);
    Bell settled;
    Owed owed[kBatchMax];
    int wrong = 0;
    for (int round = 0; round < kRounds; ++round) {
        int size = 1 + static_cast<int>(random() % kBatchMax);
        for (int number = 0; number < size; ++number) {
            owed[number].submitter = &settled;
            owed[number].mask = mask_now();
            owed[number].ends_thread = random() % 8 == 0;
            Call* call = take_call(call_event(Owed::settle, &owed[number]));
            SignalBlock block;
            notifier.owe(*call, Starts::kThreads);
        }
        settled.wait(size);
        for (int number = 0; number < size; ++number) {
            wrong += owed[number].calls.exchange(0) != 1 || owed[number].under_wrong_mask;
        }
    }
    return wrong + settled.waiting();
}

BOOST_AUTO_TEST_CASE(every_call_is_made_once_and_under_its_own_mask) {
    uint64_t seed = announced_seed(53);
    Threads::pool.configure(Threads::owner, 1, 0);
    notifier.set_summon([] { Threads::pool.notify(); });
    for (unsigned threads_max : {1u, 2u, 4u}) {
        for (int64_t idle_ns : {int64_t{0}, kNsPerMs}) {
            Threads::pool.set_threads_max(threads_max);
            Threads::pool.set_idle_ns(idle_ns);
            std::atomic<int> wrong{0};
            std::vector<std::thread> submitters;
            for (int number = 0; number < kSubmitters; ++number) {
                submitters.emplace_back([&wrong, number, start = static_cast<uint32_t>(seed++)] {
                    wrong += submit(start, SIGRTMIN + number);
                });
            }
            for (std::thread& submitter : submitters) {
                submitter.join();
            }
            while (Threads::pool.threads() > 0) {
                Threads::left.wait();
            }
            BOOST_TEST(wrong.load() == 0);
            BOOST_TEST(!notifier.pending());
        }
    }
}

}  // namespace
}  // namespace uaio::test
