// Pool: a pool that is stopped has no threads any more, whatever they did just then, and none of
// them touches it afterwards. Method: the pool's memory is taken away as soon as it is stopped, so
// that a late touch ends the program.
#define BOOST_TEST_MODULE pool_stop
#include "threadpool/pool.h"

#include <sys/mman.h>

#include <atomic>
#include <deque>
#include <new>
#include <random>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/support/bell.h"
#include "tests/support/require.h"
#include "tests/support/seed.h"
#include "tests/threadpool/crew.h"
#include "tests/threadpool/held_jobs.h"
#include "tests/threadpool/refused_threads.h"

namespace uaio::test {
namespace {

BOOST_AUTO_TEST_CASE(a_pool_without_threads_stops_at_once) {
    Crew& crew = Crew::hire({});
    crew.pool.stop();
    BOOST_TEST(crew.pool.threads() == 0u);
}

BOOST_AUTO_TEST_CASE(threads_that_sleep_leave) {
    constexpr unsigned kThreads = 4;
    Crew& crew = Crew::hire({.threads_max = kThreads, .idle_ns = Crew::kForEverNs});
    HeldJobs held;
    occupy(crew, held, kThreads);
    held.release(kThreads);
    crew.wait_for([&] { return held.runs() == kThreads; });
    while (crew.pool.busy() != 0) {
        std::this_thread::yield();
    }
    crew.pool.stop();
    BOOST_TEST(crew.pool.threads() == 0u);
    BOOST_TEST(crew.left.load() == kThreads);
}

BOOST_AUTO_TEST_CASE(work_is_waited_for_and_what_is_there_is_done) {
    Crew& crew = Crew::hire({.threads_max = 1, .idle_ns = Crew::kForEverNs});
    HeldJobs held;
    occupy(crew, held, 1);
    crew.put(held.add());
    std::atomic<bool> stopped{false};
    std::thread stopper([&] {
        crew.pool.stop();
        stopped = true;
    });
    BOOST_TEST(!stopped.load());
    held.release(2);
    stopper.join();
    BOOST_TEST(held.runs() == 2u);
    BOOST_TEST(crew.left.load() == 1u);
}

BOOST_AUTO_TEST_CASE(no_thread_comes_to_a_stopped_pool) {
    Crew& crew = Crew::hire({.threads_max = 2});
    crew.pool.stop();
    Job job;
    crew.put(job);
    BOOST_TEST(crew.pool.notify());
    BOOST_TEST(crew.pool.ensure());
    BOOST_TEST(!crew.pool.wake());
    BOOST_TEST(crew.started.load() == 0u);
    crew.do_all();
    BOOST_TEST(job.runs.load() == 1u);
}

// The start is under way in a thread that is none of the pool's.
BOOST_AUTO_TEST_CASE(a_start_that_is_under_way_is_waited_for) {
    Crew& crew = Crew::hire({});
    std::thread stopper;
    {
        RefusedThreads refused;
        refused.set_meanwhile([&] { stopper = std::thread([&] { crew.pool.stop(); }); });
        Job job;
        crew.put(job);
        crew.pool.notify();
        crew.do_all();
    }
    stopper.join();
    BOOST_TEST(crew.pool.threads() == 0u);
}

// --- taken away -------------------------------------------------------------------------------

// A pool and its queue, a number of pieces, in pages of their own.
struct Place {
    Pool pool;
    Pool::Owner owner{
        .name = "uaio-t",
        .context = this,
        .serve = serve,
        .pending = pending,
        .needed = nullptr,
        .observe = [](void* self, Pool::Event, unsigned) { ++static_cast<Place*>(self)->events; },
        .stack_bytes = kStackBytes,
        .runs_program_code = false};
    std::atomic<int> left{0};
    std::atomic<unsigned> events{0};

    static void serve(void* context, Pool::Seat& seat) {
        auto& self = *static_cast<Place*>(context);
        for (int seen = self.left; seen > 0;) {
            if (self.left.compare_exchange_weak(seen, seen - 1)) {
                seat.found();
                seat.search();
                seen = self.left;
            }
        }
    }
    static bool pending(void* context) { return static_cast<Place*>(context)->left > 0; }
};

BOOST_AUTO_TEST_CASE(nobody_touches_a_pool_that_was_stopped) {
    constexpr int kRounds = 400;
    std::minstd_rand random(static_cast<uint32_t>(announced_seed(53)));
    for (int round = 0; round < kRounds; ++round) {
        void* pages = mmap(nullptr, sizeof(Place), PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        require(pages != MAP_FAILED, "map a pool");
        auto& place = *new (pages) Place;
        int64_t idle_ns = random() % 2 == 0 ? 0 : Crew::kForEverNs;
        place.pool.configure(place.owner, 1 + static_cast<unsigned>(random() % 4), idle_ns);
        for (auto pieces = static_cast<int>(random() % 8); pieces > 0; --pieces) {
            ++place.left;
            place.pool.notify();
            if (random() % 2 == 0) {
                std::this_thread::yield();
            }
        }
        place.pool.stop();
        BOOST_TEST(place.left.load() == 0);
        BOOST_TEST(place.pool.threads() == 0u);
        munmap(pages, sizeof(Place));
    }
}

}  // namespace
}  // namespace uaio::test
