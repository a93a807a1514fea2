// Pool: no work is lost or done twice, whatever the limits, and in the end the pool is quiet.
//
// Method. Several producers post small batches of jobs, and each waits for the whole of its batch
// before the next: so a wake-up that is lost is not made good by a later one, and leaves the test
// hanging. Idle times are none, about as long as the pause between two batches, and longer. Where
// other producers could make it good there is one alone, which does not sleep while it waits: it
// posts its next job while the thread of the last one is still on its way to sleep.
#define BOOST_TEST_MODULE pool_stress
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <random>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/bell.h"
#include "tests/support/seed.h"
#include "tests/threadpool/crew.h"
#include "tests/threadpool/refused_threads.h"
#include "threadpool/pool.h"

namespace uaio::test {
namespace {

constexpr unsigned kProducers = 3;
constexpr unsigned kBatchMax = 3;
constexpr uint32_t kPauseStepsMax = 20'000;  // some 10 µs
constexpr int64_t kShortIdleNs = 30'000;

struct Campaign {
    unsigned threads_max;
    int64_t idle_ns;
    unsigned batches;         // of each producer
    unsigned exits_each = 0;  // one job in so many ends its thread, 0 for none
};

void pause(uint32_t steps) {
    for (; steps > 0; --steps) {
        asm volatile("" ::: "memory");
    }
}

class Producer {
  public:
    Producer(Crew& crew, const Campaign& campaign, uint64_t seed)
        : crew_(crew), campaign_(campaign), random_(static_cast<uint32_t>(seed)) {
        for (Job& job : jobs_) {
            job.bell = &bell_;
            job.body = [this, &job] { work(job); };
        }
    }

    void run() {
        for (unsigned batch = 0; batch < campaign_.batches; ++batch) {
            unsigned size = 1 + random_() % kBatchMax;
            for (unsigned job = 0; job < size; ++job) {
                post(jobs_[job]);
            }
            bell_.wait(static_cast<int>(size));
            for (unsigned job = 0; job < size; ++job) {
                wrong_ += jobs_[job].runs.exchange(0) != 1;
            }
            pause(random_() % kPauseStepsMax);
        }
    }

    unsigned posted() const { return posted_; }
    unsigned wrong() const { return wrong_; }
    const std::atomic<unsigned>& done() const { return done_; }

  private:
    void post(Job& job) {
        ++posted_;
        ends_thread_[&job - jobs_] =
            campaign_.exits_each != 0 && random_() % campaign_.exits_each == 0;
        crew_.post(job);
    }

    void work(Job& job) {
        ++done_;
        if (ends_thread_[&job - jobs_]) {
            pthread_exit(nullptr);
        }
    }

    Crew& crew_;
    const Campaign& campaign_;
    std::minstd_rand random_;
    Bell bell_;
    Job jobs_[kBatchMax];
    bool ends_thread_[kBatchMax] = {};
    unsigned posted_ = 0;
    std::atomic<unsigned> done_{0};
    unsigned wrong_ = 0;
};

// Returns how many jobs were posted.
unsigned run(Crew& crew, const Campaign& campaign, uint64_t seed) {
    std::deque<Producer> producers;
    std::vector<std::thread> threads;
    for (unsigned number = 0; number < kProducers; ++number) {
        Producer& producer = producers.emplace_back(crew, campaign, seed + number);
        threads.emplace_back(&Producer::run, &producer);
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    unsigned posted = 0;
    for (Producer& producer : producers) {
        posted += producer.posted();
        BOOST_TEST(producer.wrong() == 0u);
        BOOST_TEST(producer.done().load() == producer.posted());
    }
    crew.wait_until_gone();
    return posted;
}

void check_gone(const Crew& crew, unsigned threads_max) {
    BOOST_TEST(crew.pool.threads() == 0u);
    BOOST_TEST(crew.started.load() == crew.left.load());
    BOOST_TEST(crew.threads_seen.load() <= threads_max);
    BOOST_TEST(crew.inside_seen.load() <= threads_max);
}

// A pool that has come to rest does its next piece of work like its first.
void check_quiet(Crew& crew, unsigned threads_max) {
    check_gone(crew, threads_max);
    Job job;
    crew.post(job);
    crew.wait_until_gone();
    BOOST_TEST(job.runs.load() == 1u);
}

BOOST_AUTO_TEST_CASE(every_job_is_done_once_and_the_pool_becomes_quiet) {
    constexpr unsigned kBatches = 700;
    uint64_t seed = announced_seed(31);
    for (unsigned threads_max = 1; threads_max <= 8; ++threads_max) {
        for (int64_t idle_ns : {int64_t{0}, kShortIdleNs, kNsPerMs}) {
            Crew& crew = Crew::hire({.threads_max = threads_max, .idle_ns = idle_ns});
            unsigned posted = run(crew, {threads_max, idle_ns, kBatches}, seed++);
            BOOST_TEST(posted >= kProducers * kBatches);
            check_quiet(crew, threads_max);
        }
    }
}

BOOST_AUTO_TEST_CASE(jobs_may_end_their_threads) {
    constexpr unsigned kBatches = 300;
    constexpr unsigned kExitsEach = 8;
    uint64_t seed = announced_seed(37);
    for (unsigned threads_max : {1u, 2u, 5u}) {
        for (int64_t idle_ns : {int64_t{0}, kShortIdleNs, kNsPerMs}) {
            Crew& crew = Crew::hire({.threads_max = threads_max,
                                     .idle_ns = idle_ns,
                                     .stack_bytes = 0,
                                     .runs_program_code = true});
            run(crew, {threads_max, idle_ns, kBatches, kExitsEach}, seed++);
            check_quiet(crew, threads_max);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_job_meets_a_thread_on_its_way_to_sleep) {
    constexpr unsigned kJobs = 8'000;
    constexpr uint32_t kStepsMax = 1'000;
    std::minstd_rand random(static_cast<uint32_t>(announced_seed(47)));
    for (unsigned threads_max : {1u, 2u}) {
        for (int64_t idle_ns : {int64_t{0}, kShortIdleNs, Crew::kForEverNs}) {
            Crew& crew = Crew::hire({.threads_max = threads_max, .idle_ns = idle_ns});
            Job job;
            for (unsigned number = 1; number <= kJobs; ++number) {
                crew.post(job);
                while (job.runs < number) {
                    std::this_thread::yield();
                }
                pause(random() % kStepsMax);
            }
            BOOST_TEST(job.runs.load() == kJobs);
            crew.dismiss();
            check_gone(crew, threads_max);
        }
    }
}

// The limits change all the time, by a thread that does nothing else.
BOOST_AUTO_TEST_CASE(limits_may_change_while_there_is_work) {
    constexpr unsigned kBatches = 3'000;
    constexpr unsigned kThreadsMax = 6;
    uint64_t seed = announced_seed(41);
    Crew& crew = Crew::hire({.threads_max = kThreadsMax, .idle_ns = kShortIdleNs});
    std::atomic<bool> enough{false};
    std::thread changer([&, random = std::minstd_rand(static_cast<uint32_t>(seed))]() mutable {
        while (!enough.load()) {
            crew.pool.set_threads_max(1 + static_cast<unsigned>(random() % kThreadsMax));
            crew.pool.set_idle_ns(random() % 2 == 0 ? 0 : kShortIdleNs);
            std::this_thread::yield();
        }
    });
    run(crew, {kThreadsMax, kShortIdleNs, kBatches}, seed);
    enough.store(true);
    changer.join();
    check_quiet(crew, kThreadsMax);
}

// The n-th thread cannot be had: once, or none from then on, when producers do the work themselves.
BOOST_AUTO_TEST_CASE(threads_may_be_refused_at_any_time) {
    constexpr unsigned kBatches = 20;
    constexpr long kRefusals = 40;
    uint64_t seed = announced_seed(43);
    for (unsigned threads_max : {1u, 3u}) {
        for (long first = 0; first < kRefusals; ++first) {
            for (long count : {1L, RefusedThreads::kForEver}) {
                Crew& crew = Crew::hire({.threads_max = threads_max, .idle_ns = 0});
                RefusedThreads refused(first, count);
                run(crew, {threads_max, 0, kBatches}, seed++);
                long refusals = std::min(std::max(refused.calls() - first, 0L), count);
                BOOST_TEST(crew.refused.load() == static_cast<unsigned long>(refusals));
                BOOST_TEST(crew.pool.threads() == 0u);
            }
        }
    }
}

}  // namespace
}  // namespace uaio::test
