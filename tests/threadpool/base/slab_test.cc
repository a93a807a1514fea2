// Slab: numbers, growth, reuse, want of memory, and one owner at a time.
//
// Method. This program has its own map_pages, which counts what is mapped and can refuse. In the
// stress cases eight threads take and give; a taker marks the record as its own, and a mark that
// was there already, or is gone when the record is given back, means that it had two owners.
#define BOOST_TEST_MODULE slab
#include "threadpool/base/slab.h"

#include <errno.h>
#include <sys/mman.h>

#include <algorithm>
#include <barrier>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/seed.h"

namespace uaio {
namespace {

std::atomic<int> maps_left{INT32_MAX};  // calls of map_pages that will not be refused
std::atomic<size_t> mapped_bytes{0};
std::atomic<size_t> discarded_bytes{0};
std::atomic<std::barrier<>*> mappers{nullptr};  // who maps waits here for others that map

}  // namespace

void* map_pages(size_t bytes) {
    if (maps_left.fetch_sub(1) <= 0) {
        return nullptr;
    }
    void* pages = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) {
        return nullptr;
    }
    mapped_bytes.fetch_add(bytes);
    if (std::barrier<>* meeting = mappers; meeting != nullptr) {
        meeting->arrive_and_wait();
    }
    return pages;
}

void discard_pages(void* pages, size_t bytes) {
    madvise(pages, bytes, MADV_DONTNEED);
    discarded_bytes.fetch_add(bytes);
}

void unmap_pages(void* pages, size_t bytes) {
    munmap(pages, bytes);
    mapped_bytes.fetch_sub(bytes);
}

namespace {

struct Record : SlabRecord {
    std::atomic<uint32_t> owner;
    uint32_t note;  // plain: only its owner touches it
};

constexpr uint32_t kFirstChunk = 64;                     // as in slab.h
constexpr uint32_t kRecordsMax = 64 * ((1u << 22) - 1);  // as in slab.h

struct Memory {
    Memory() {
        maps_left = INT32_MAX;
        mapped_bytes = 0;
    }
};

// The records that fit into the chunks which `records` of them need.
size_t room_for(uint32_t records) {
    size_t room = 0;
    for (size_t chunk = kFirstChunk; room < records; chunk *= 2) {
        room += chunk;
    }
    return room;
}

std::vector<Record*> take_many(Slab<Record>& slab, uint32_t count) {
    std::vector<Record*> records;
    for (uint32_t number = 0; number < count; ++number) {
        records.push_back(slab.take());
    }
    return records;
}

// How many of the records are missing, or do not have the number of their place.
int misnumbered(const std::vector<Record*>& records) {
    int wrong = 0;
    for (size_t number = 0; number < records.size(); ++number) {
        wrong += records[number] == nullptr || records[number]->number != number;
    }
    return wrong;
}

// --- numbers and growth -----------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(numbers_are_dense_across_chunks, Memory) {
    constexpr uint32_t kRecords = kFirstChunk * 15 + 1;  // one record in the fifth chunk
    Slab<Record> slab;
    std::vector<Record*> records = take_many(slab, kRecords);
    BOOST_TEST(misnumbered(records) == 0);
    BOOST_TEST(mapped_bytes.load() == room_for(kRecords) * sizeof(Record));
    BOOST_TEST(slab.fresh() == kRecords);
    BOOST_TEST(slab.chunk(0) == records[0]);
    BOOST_TEST(slab.chunk(1) == records[Slab<Record>::records_of(0)]);
    BOOST_TEST(slab.chunk(4) == records[kRecords - 1]);
    BOOST_TEST((slab.chunk(5) == nullptr));
    std::sort(records.begin(), records.end());
    BOOST_TEST((std::unique(records.begin(), records.end()) == records.end()));
}

BOOST_FIXTURE_TEST_CASE(a_chunk_is_mapped_when_its_first_record_is_taken, Memory) {
    Slab<Record> slab;
    BOOST_TEST(mapped_bytes.load() == 0u);
    for (uint32_t taken = 1; taken <= kFirstChunk * 7 + 1; ++taken) {
        slab.take();
        BOOST_TEST_REQUIRE(mapped_bytes.load() == room_for(taken) * sizeof(Record));
    }
}

BOOST_FIXTURE_TEST_CASE(a_record_is_found_by_its_number, Memory) {
    constexpr uint32_t kRecords = kFirstChunk * 7 + 1;
    Slab<Record> slab;
    std::vector<Record*> records = take_many(slab, kRecords);
    int strangers = 0;
    for (Record* record : records) {
        strangers += slab.at(record->number) != record;
    }
    slab.give(*records[5]);
    strangers += slab.at(5) != records[5];
    BOOST_TEST(strangers == 0);
}

BOOST_FIXTURE_TEST_CASE(garbage_is_no_number, Memory) {
    Slab<Record> slab;
    constexpr uint32_t kGarbage[] = {kFirstChunk,     3 * kFirstChunk, 123'456'789, kRecordsMax - 1,
                                     kRecordsMax,     kRecordsMax + 1, 1u << 31,    UINT32_MAX - 63,
                                     UINT32_MAX - 64, UINT32_MAX};
    BOOST_TEST(slab.at(0) == nullptr);
    for (uint32_t number : kGarbage) {
        BOOST_TEST(slab.at(number) == nullptr);
    }
    slab.take();
    for (uint32_t number : kGarbage) {
        BOOST_TEST(slab.at(number) == nullptr);
    }
}

// --- reuse ------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(the_record_given_last_is_taken_first, Memory) {
    Slab<Record> slab;
    std::vector<Record*> records = take_many(slab, 4);
    slab.give(*records[1]);
    slab.give(*records[3]);
    slab.give(*records[0]);
    BOOST_TEST(slab.take() == records[0]);
    BOOST_TEST(slab.take() == records[3]);
    BOOST_TEST(slab.take() == records[1]);
    BOOST_TEST(slab.take()->number == 4u);
}

BOOST_FIXTURE_TEST_CASE(a_record_is_zeroed_once_and_keeps_its_bytes_while_it_is_free, Memory) {
    Slab<Record> slab;
    Record* record = slab.take();
    BOOST_TEST(record->note == 0u);
    record->note = 77;
    slab.give(*record);
    BOOST_TEST(slab.take() == record);
    BOOST_TEST(record->note == 77u);
    BOOST_TEST(record->number == 0u);
}

BOOST_FIXTURE_TEST_CASE(reset_forgets_every_record_and_gives_back_the_memory, Memory) {
    constexpr uint32_t kRecords = kFirstChunk * 3;
    Slab<Record> slab;
    std::vector<Record*> before = take_many(slab, kRecords);
    slab.give(*before[9]);
    slab.give(*before[70]);
    slab.reset();
    BOOST_TEST(mapped_bytes.load() == 0u);
    BOOST_TEST(slab.at(0) == nullptr);
    BOOST_TEST(slab.at(kRecords - 1) == nullptr);
    BOOST_TEST(misnumbered(take_many(slab, kRecords)) == 0);
}

// --- want of memory ---------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(without_memory_nothing_is_taken_and_no_number_is_lost, Memory) {
    constexpr int kChunks = 4;
    for (int chunks = 0; chunks < kChunks; ++chunks) {
        uint32_t room = kFirstChunk * ((1u << chunks) - 1);
        Slab<Record> slab;
        maps_left = chunks;
        std::vector<Record*> records = take_many(slab, room);
        BOOST_TEST(misnumbered(records) == 0);
        BOOST_TEST(slab.take() == nullptr);
        BOOST_TEST(slab.take() == nullptr);
        BOOST_TEST(slab.at(room) == nullptr);
        if (room > 0) {
            slab.give(*records[room / 2]);
            BOOST_TEST(slab.take() == records[room / 2]);
        }
        maps_left = INT32_MAX;
        BOOST_TEST_REQUIRE(slab.take() != nullptr);
        BOOST_TEST(slab.take()->number == room + 1);
    }
}

BOOST_FIXTURE_TEST_CASE(reserved_records_need_no_memory_later, Memory) {
    constexpr uint32_t kRecords = 1'000;
    Slab<Record> slab;
    slab.reserve(kRecords);
    BOOST_TEST(mapped_bytes.load() == room_for(kRecords) * sizeof(Record));
    maps_left = 0;
    BOOST_TEST(misnumbered(take_many(slab, kRecords)) == 0);
}

BOOST_FIXTURE_TEST_CASE(a_reservation_may_be_refused_or_absurd, Memory) {
    Slab<Record> slab;
    slab.reserve(0);
    slab.reserve(UINT32_MAX);
    slab.reserve(kRecordsMax + 1);
    BOOST_TEST(mapped_bytes.load() == 0u);
    maps_left = 2;
    slab.reserve(kFirstChunk * 7);
    BOOST_TEST(mapped_bytes.load() == kFirstChunk * 3 * sizeof(Record));
    maps_left = INT32_MAX;
    BOOST_TEST(misnumbered(take_many(slab, kFirstChunk * 7)) == 0);
}

// --- giving back ------------------------------------------------------------------------------

void give_all(Slab<Record>& slab, const std::vector<Record*>& records) {
    for (Record* record : records) {
        slab.give(*record);
    }
}

struct Trimmed : Memory {
    size_t discarded() const { return discarded_bytes.load() - before_; }

  private:
    size_t before_ = discarded_bytes.load();
};

BOOST_FIXTURE_TEST_CASE(after_a_burst_all_but_the_first_chunk_goes_back, Trimmed) {
    constexpr uint32_t kRecords = 1'000;
    Slab<Record> slab;
    std::vector<Record*> records = take_many(slab, kRecords);
    for (Record* record : records) {
        record->note = 7;
    }
    Record* last = records.back();
    std::mt19937_64 random(test::announced_seed(11));
    std::shuffle(records.begin(), records.end(), random);
    give_all(slab, records);
    slab.trim();
    BOOST_TEST(discarded() == (room_for(kRecords) - kFirstChunk) * sizeof(Record));
    BOOST_TEST(slab.at(kRecords - 1) == last);  // may still be looked at
    BOOST_TEST(last->note == 0u);
    std::vector<uint32_t> numbers;
    for (Record* record : take_many(slab, kRecords)) {
        numbers.push_back(record->number);
    }
    std::sort(numbers.begin(), numbers.end());
    for (uint32_t number = 0; number < kRecords; ++number) {
        BOOST_TEST(numbers[number] == number);
    }
}

BOOST_FIXTURE_TEST_CASE(a_record_in_use_keeps_its_chunk_and_those_below, Trimmed) {
    constexpr uint32_t kHeld = kFirstChunk * 3 + 5;  // in the third chunk
    Slab<Record> slab;
    std::vector<Record*> records = take_many(slab, kFirstChunk * 15);
    Record* held = records[kHeld];
    held->note = 7;
    records.erase(records.begin() + kHeld);
    give_all(slab, records);
    slab.trim();
    BOOST_TEST(discarded() == kFirstChunk * 8 * sizeof(Record));
    BOOST_TEST(held->note == 7u);
    BOOST_TEST(slab.take()->number < kFirstChunk);
    slab.give(*held);
    slab.trim();
    BOOST_TEST(discarded() == kFirstChunk * 8 * sizeof(Record) + kFirstChunk * 6 * sizeof(Record));
}

BOOST_FIXTURE_TEST_CASE(the_lowest_chunks_are_used_first_afterwards, Trimmed) {
    Slab<Record> slab;
    std::vector<Record*> records = take_many(slab, kFirstChunk * 7);
    Record* held = records.back();
    records.pop_back();
    give_all(slab, records);
    slab.trim();
    BOOST_TEST(discarded() == 0u);
    for (uint32_t take = 0; take < kFirstChunk; ++take) {
        BOOST_TEST(slab.take()->number < kFirstChunk);
    }
    BOOST_TEST(slab.take()->number < kFirstChunk * 3);
    slab.give(*held);
}

BOOST_FIXTURE_TEST_CASE(little_is_not_worth_giving_back, Trimmed) {
    Slab<Record> slab;
    slab.trim();
    give_all(slab, take_many(slab, kFirstChunk));
    slab.trim();
    BOOST_TEST(discarded() == 0u);
    BOOST_TEST(slab.take()->number == kFirstChunk - 1);
}

// --- several threads --------------------------------------------------------------------------

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
