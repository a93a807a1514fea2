// Slab: numbers, growth, reuse, want of memory. Several threads: slab_threads_test.cc.
//
// Method. This program has its own map_pages, which counts what is mapped and can refuse.
#define BOOST_TEST_MODULE slab
#include "threadpool/base/slab.h"

#include <algorithm>
#include <random>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/seed.h"
#include "tests/threadpool/base/counted_pages.h"

namespace uaio {
namespace {

using namespace test;

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

}  // namespace
}  // namespace uaio
