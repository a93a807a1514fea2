// Slab: one owner at a time, whoever takes and gives.
//
// Method. In the stress cases eight threads take and give; a taker marks the record as its own, and
// a mark that was there already, or is gone when the record is given back, means that it had two
// owners.
#define BOOST_TEST_MODULE slab_threads
#include "threadpool/base/slab.h"

#include <algorithm>
#include <barrier>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/seed.h"
#include "tests/threadpool/base/counted_pages.h"

namespace uaio {
namespace {

using namespace test;

constexpr uint32_t kThreads = 8;

template <class Body>
void run_threads(uint32_t count, Body body) {
    std::vector<std::thread> threads;
    for (uint32_t thread = 0; thread < count; ++thread) {
        threads.emplace_back(body, thread);
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

BOOST_FIXTURE_TEST_CASE(of_threads_that_map_the_same_chunk_one_wins, Memory) {
    std::barrier meeting(kThreads);
    mappers = &meeting;
    Slab<Record> slab;
    std::vector<Record*> records(kThreads);
    run_threads(kThreads, [&](uint32_t thread) {
        records[thread] = slab.take();
        records[thread]->note = thread;
    });
    mappers = nullptr;
    BOOST_TEST(mapped_bytes.load() == kFirstChunk * sizeof(Record));
    for (uint32_t thread = 0; thread < kThreads; ++thread) {
        BOOST_TEST(records[thread]->note == thread);
        BOOST_TEST(slab.at(records[thread]->number) == records[thread]);
    }
}

// All threads reach the edge of each chunk at about the same time.
BOOST_FIXTURE_TEST_CASE(threads_that_grow_a_slab_share_its_chunks, Memory) {
    constexpr uint32_t kSlabs = 40;
    constexpr uint32_t kTakes = 60;  // of every thread: three chunks and a bit
    std::vector<Slab<Record>> slabs(kSlabs);
    std::vector<std::vector<uint32_t>> numbers(kSlabs * kThreads);
    std::barrier start(kThreads);
    run_threads(kThreads, [&](uint32_t thread) {
        for (uint32_t slab = 0; slab < kSlabs; ++slab) {
            start.arrive_and_wait();
            for (uint32_t take = 0; take < kTakes; ++take) {
                numbers[slab * kThreads + thread].push_back(slabs[slab].take()->number);
            }
        }
    });
    std::vector<uint32_t> dense(kThreads * kTakes);
    std::iota(dense.begin(), dense.end(), 0u);
    for (uint32_t slab = 0; slab < kSlabs; ++slab) {
        std::vector<uint32_t> all;
        for (uint32_t thread = 0; thread < kThreads; ++thread) {
            const auto& some = numbers[slab * kThreads + thread];
            BOOST_TEST(std::is_sorted(some.begin(), some.end()));
            all.insert(all.end(), some.begin(), some.end());
        }
        std::sort(all.begin(), all.end());
        BOOST_TEST((all == dense));
    }
    BOOST_TEST(mapped_bytes.load() == kSlabs * room_for(kThreads * kTakes) * sizeof(Record));
}

// Takes and gives at random; counts the records that somebody else had too.
class Owner {
  public:
    Owner(Slab<Record>& slab, uint32_t mark, uint64_t seed)
        : slab_(slab), mark_(mark), random_(seed) {}

    void run(uint32_t steps, size_t held_max) {
        for (uint32_t step = 0; step < steps; ++step) {
            bool wants = held_.empty() || (held_.size() < held_max && random_() % 2 == 0);
            wants ? take() : give();
        }
        while (!held_.empty()) {
            give();
        }
    }

    int double_owners() const { return double_owners_; }
    uint32_t highest() const { return highest_; }

  private:
    void take() {
        Record* record = slab_.take();
        double_owners_ += record->owner.exchange(mark_, std::memory_order_relaxed) != 0;
        record->note = mark_;
        highest_ = std::max(highest_, record->number);
        held_.push_back(record);
    }

    void give() {
        std::swap(held_[random_() % held_.size()], held_.back());
        Record* record = held_.back();
        held_.pop_back();
        double_owners_ += record->note != mark_;
        double_owners_ += record->owner.exchange(0, std::memory_order_relaxed) != mark_;
        slab_.give(*record);
    }

    Slab<Record>& slab_;
    uint32_t mark_;
    std::mt19937_64 random_;
    std::vector<Record*> held_;
    int double_owners_ = 0;
    uint32_t highest_ = 0;
};

// Few records held means that the same ones come round quickly (ABA), many that chunks are added.
BOOST_FIXTURE_TEST_CASE(a_record_has_one_owner_at_a_time, Memory) {
    constexpr uint32_t kSteps = 60'000;
    uint64_t seed = test::announced_seed(5);
    for (size_t held_max : {1, 2, 40}) {
        Slab<Record> slab;
        std::atomic<int> double_owners{0};
        std::atomic<uint32_t> out_of_range{0};
        run_threads(kThreads, [&](uint32_t thread) {
            Owner owner(slab, thread + 1, seed + thread);
            owner.run(kSteps, held_max);
            double_owners += owner.double_owners();
            out_of_range += owner.highest() >= kThreads * held_max;
        });
        BOOST_TEST(double_owners.load() == 0);
        BOOST_TEST(out_of_range.load() == 0u);
    }
}

// Between the bursts of the others the stack is full now and then; while it is detached, fresh
// records are taken.
BOOST_FIXTURE_TEST_CASE(a_record_has_one_owner_at_a_time_while_memory_goes_back, Trimmed) {
    constexpr uint32_t kBursts = 40;
    constexpr uint32_t kTrims = 300;
    constexpr uint32_t kSteps = 1'000;
    constexpr size_t kHeldMax = 100;
    uint64_t seed = test::announced_seed(6);
    Slab<Record> slab;
    std::atomic<int> double_owners{0};
    std::atomic<uint32_t> at_work{kThreads};
    run_threads(kThreads + 1, [&](uint32_t thread) {
        if (thread == kThreads) {
            for (uint32_t trim = 0; trim < kTrims && at_work > 0; ++trim) {
                slab.trim();
            }
            return;
        }
        Owner owner(slab, thread + 1, seed + thread);
        for (uint32_t burst = 0; burst < kBursts; ++burst) {
            owner.run(kSteps, kHeldMax);
        }
        double_owners += owner.double_owners();
        --at_work;
    });
    BOOST_TEST(double_owners.load() == 0);
    give_all(slab, take_many(slab, kFirstChunk * 3));
    slab.trim();
    BOOST_TEST(discarded() > 0u);
    BOOST_TEST(slab.take()->number < kFirstChunk);
}

}  // namespace
}  // namespace uaio
