// What each policy says a request has to wait for. Method: a table of requests for each rule, and
// the gate, the limit and the ranges that follow from it.
#define BOOST_TEST_MODULE policy
#include "aio/policy.h"

#include <stdint.h>

#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "aio/limits.h"
#include "aio/request.h"
#include "tests/aio/make_request.h"

namespace uaio {
namespace {

using namespace test;

Placement placed(Policy policy, const Operation& operation) {
    static Lane lane;
    Request request = {};
    make_request(request, lane, operation);
    return policy(request);
}

Placement by_conflict(const Operation& operation) {
    return placed(place_by_conflict, operation);
}

bool same(Range one, Range other) {
    return one.begin == other.begin && one.end == other.end;
}

bool is_none(Range range) {
    return range.begin >= range.end;
}

bool meet(Range one, Range other) {
    return std::max(one.begin, other.begin) < std::min(one.end, other.end);
}

// Whether the policy orders the two, by their ranges alone; it must not depend on who asks.
bool conflict(const Operation& one, const Operation& other) {
    auto waits = [](const Placement& asks, Kind kind, const Placement& found) {
        return asks.ranged && found.ranged &&
               meet(kind == Kind::kWrite ? asks.writes : asks.reads, found.own);
    };
    Placement first = by_conflict(one);
    Placement second = by_conflict(other);
    bool one_way = waits(first, other.kind, second);
    BOOST_TEST(waits(second, one.kind, first) == one_way);
    return one_way;
}

BOOST_AUTO_TEST_SUITE(strict)

BOOST_AUTO_TEST_CASE(everything_goes_through_one_gate_one_at_a_time) {
    const Operation operations[] = {reading(file(1), 0, 10),
                                    writing(file(1), 0, 10),
                                    writing(direct_file(1), 0, 10),
                                    writing(append_file(1), 0, 10),
                                    reading(stream(1), 0, 10),
                                    writing(stream(1), 0, 10),
                                    syncing(file(1)),
                                    syncing(file(1), 0, Kind::kDataSync)};
    for (const Operation& operation : operations) {
        Placement placement = placed(place_strictly, operation);
        BOOST_TEST(placement.gate == 0);
        BOOST_TEST(placement.limit == 1u);
        BOOST_TEST(!placement.ranged);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(conflicts)

BOOST_AUTO_TEST_CASE(a_read_looks_at_writes_of_its_own_bytes) {
    Placement placement = by_conflict(reading(file(1), 100, 50));
    BOOST_TEST(placement.ranged);
    BOOST_TEST(same(placement.own, {100, 150}));
    BOOST_TEST(same(placement.writes, {100, 150}));
    BOOST_TEST(is_none(placement.reads));
}

BOOST_AUTO_TEST_CASE(a_write_looks_at_everything_in_its_own_bytes) {
    for (const Descriptor& descriptor : {file(1), direct_file(1)}) {
        Placement placement = by_conflict(writing(descriptor, 100, 50));
        BOOST_TEST(placement.ranged);
        BOOST_TEST(same(placement.own, {100, 150}));
        BOOST_TEST(same(placement.writes, {100, 150}));
        BOOST_TEST(same(placement.reads, {100, 150}));
    }
}

BOOST_AUTO_TEST_CASE(a_read_that_reaches_behind_the_end_has_no_end) {
    BOOST_TEST(same(by_conflict(reading(file(1, 1'000), 900, 100)).own, {900, 1'000}));
    for (Range read : {Range{900, 1'001}, Range{1'000, 1'001}}) {
        auto bytes = static_cast<size_t>(read.end - read.begin);
        Placement placement = by_conflict(reading(file(1, 1'000), read.begin, bytes));
        BOOST_TEST(same(placement.own, {read.begin, INT64_MAX}));
        BOOST_TEST(same(placement.writes, {read.begin, INT64_MAX}));
    }
    BOOST_TEST(same(by_conflict(reading(file(1, 1'000), 5'000, 1)).own, {1'000, INT64_MAX}));
}

BOOST_AUTO_TEST_CASE(reads_and_direct_writes_fan_out_through_one_gate) {
    Placement read = by_conflict(reading(file(1), 0, 10));
    Placement direct_read = by_conflict(reading(direct_file(1), 0, 10));
    Placement direct_write = by_conflict(writing(direct_file(1), 0, 10));
    for (const Placement& placement : {read, direct_read, direct_write}) {
        BOOST_TEST(placement.limit == kLaneFanOut);
        BOOST_TEST(placement.gate == read.gate);
    }
}

BOOST_AUTO_TEST_CASE(buffered_writes_and_appends_go_one_at_a_time) {
    Descriptor direct_append = direct_file(1);
    direct_append.append = true;
    Placement write = by_conflict(writing(file(1), 0, 10));
    Placement append = by_conflict(writing(append_file(1), 0, 10));
    Placement direct = by_conflict(writing(direct_append, 0, 10));
    for (const Placement& placement : {write, append, direct}) {
        BOOST_TEST(placement.limit == 1u);
        BOOST_TEST(placement.gate == write.gate);
    }
    BOOST_TEST(write.gate != by_conflict(reading(file(1), 0, 10)).gate);
}

BOOST_AUTO_TEST_CASE(a_stream_has_two_gates_for_one) {
    Placement read = by_conflict(reading(stream(1), 0, 10));
    Placement write = by_conflict(writing(stream(1), 0, 10));
    BOOST_TEST(read.gate != write.gate);
    for (const Placement& placement : {read, write}) {
        BOOST_TEST(placement.limit == 1u);
        BOOST_TEST(!placement.ranged);
    }
}

// Beside a wide gate's guests, of whom there may always be some, one that goes alone never gets in.
BOOST_AUTO_TEST_CASE(who_goes_alone_meets_only_those_who_do_too) {
    const Operation operations[] = {
        reading(file(1), 0, 10),         writing(file(1), 0, 10),
        reading(direct_file(1), 0, 10),  writing(direct_file(1), 0, 10),
        reading(append_file(1), 0, 10),  writing(append_file(1), 0, 10),
        reading(stream(1), 0, 10),       writing(stream(1), 0, 10),
        reading(own_position(1), 0, 10), writing(own_position(1), 0, 10),
        syncing(file(1)),                syncing(stream(1)),
    };
    for (const Operation& one : operations) {
        for (const Operation& other : operations) {
            Placement first = by_conflict(one);
            Placement second = by_conflict(other);
            BOOST_TEST((first.gate != second.gate || first.limit == second.limit));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_sync_has_a_gate_for_one_of_its_own) {
    for (Kind kind : {Kind::kDataSync, Kind::kFileSync}) {
        for (const Descriptor& descriptor : {file(1), stream(1), append_file(1)}) {
            Placement placement = by_conflict(syncing(descriptor, 0, kind));
            BOOST_TEST(placement.limit == 1u);
            BOOST_TEST(!placement.ranged);
            BOOST_TEST(placement.gate != by_conflict(reading(file(1), 0, 1)).gate);
            BOOST_TEST(placement.gate != by_conflict(writing(file(1), 0, 1)).gate);
        }
    }
}

BOOST_AUTO_TEST_CASE(ranges_end_where_numbers_do) {
    const Operation operations[] = {reading(file(1, INT64_MAX), INT64_MAX - 5, 10),
                                    writing(file(1), INT64_MAX - 5, 10),
                                    reading(file(1, INT64_MAX), INT64_MAX - 5, PTRDIFF_MAX)};
    for (const Operation& operation : operations) {
        BOOST_TEST(same(by_conflict(operation).own, {INT64_MAX - 5, INT64_MAX}));
    }
}

struct Case {
    const char* meaning;
    Operation one;
    Operation other;
    bool conflict;
};

// The file is 1,000 bytes long wherever its length matters.
const Case kCases[] = {
    {"reads of the same bytes", reading(file(1), 0, 10), reading(file(1), 0, 10), false},
    {"a read and a write, overlapping", reading(file(1), 0, 10), writing(file(1), 9, 10), true},
    {"a read and a write, touching", reading(file(1), 0, 10), writing(file(1), 10, 10), false},
    {"writes, overlapping", writing(direct_file(1), 0, 10), writing(direct_file(1), 9, 1), true},
    {"writes, touching", writing(direct_file(1), 0, 10), writing(direct_file(1), 10, 1), false},
    {"a write inside a read", reading(file(1), 0, 100), writing(file(1), 50, 1), true},
    {"a buffered and a direct write", writing(file(1), 0, 10), writing(direct_file(1), 5, 1), true},
    {"appends", writing(append_file(1), 0, 1), writing(append_file(1), 0, 1), true},
    {"an append and a read before the end", writing(append_file(1, 1'000), 0, 1),
     reading(file(1, 1'000), 990, 10), false},
    {"an append and a read across the end", writing(append_file(1, 1'000), 0, 1),
     reading(file(1, 1'000), 990, 11), true},
    {"an append and a read far behind the end", writing(append_file(1, 1'000), 0, 1),
     reading(file(1, 1'000), INT64_MAX - 1, 1), true},
    {"an append, whatever its offset says", writing(append_file(1, 1'000), 5, 1),
     reading(file(1, 1'000), 5, 1), false},
    {"an append and a write before the end", writing(append_file(1, 1'000), 0, 1),
     writing(file(1, 1'000), 0, 10), false},
    {"an extending write and a read in the gap", writing(file(1, 1'000), 2'000, 10),
     reading(file(1, 1'000), 1'500, 10), true},
    {"an extending write and a read of the last old byte", writing(file(1, 1'000), 2'000, 10),
     reading(file(1, 1'000), 999, 1), false},
    {"an extending write and a read of the first new byte", writing(file(1, 1'000), 2'000, 10),
     reading(file(1, 1'000), 1'000, 1), true},
    {"an extending write and a read behind it", writing(file(1, 1'000), 2'000, 10),
     reading(file(1, 1'000), 2'010, 10), true},
    {"an extending write and a read in what has grown since", writing(file(1, 1'000), 2'000, 10),
     reading(file(1, 1'600), 1'500, 10), false},
    {"an extending write and a read of nothing", writing(file(1, 1'000), 2'000, 10),
     reading(file(1, 1'000), 2'005, 0), false},
    {"a write across the end and a read before it", writing(file(1, 1'000), 995, 10),
     reading(file(1, 1'000), 990, 5), false},
    {"extending writes that do not overlap", writing(direct_file(1, 1'000), 2'000, 10),
     writing(direct_file(1, 1'000), 3'000, 10), false},
    {"extending writes that overlap", writing(direct_file(1, 1'000), 2'000, 10),
     writing(direct_file(1, 1'000), 2'009, 10), true},
    {"an append and an extending write", writing(append_file(1, 1'000), 0, 10),
     writing(file(1, 1'000), 2'000, 10), true},
    {"an extending write and a write before the end", writing(direct_file(1, 1'000), 2'000, 10),
     writing(direct_file(1, 1'000), 500, 10), false},
    {"direct writes to a device, whose end does not move",
     writing(direct_file(1, INT64_MAX), 2'000, 10), writing(direct_file(1, INT64_MAX), 3'000, 10),
     false},
    {"a sync and a write", syncing(file(1)), writing(file(1), 0, 10), false},
    {"a read of nothing inside a write", reading(file(1), 5, 0), writing(file(1), 0, 10), false},
};

BOOST_AUTO_TEST_CASE(two_requests_conflict_where_somebody_could_tell) {
    for (const Case& row : kCases) {
        BOOST_TEST_CONTEXT(row.meaning) {
            BOOST_TEST(conflict(row.one, row.other) == row.conflict);
            BOOST_TEST(conflict(row.other, row.one) == row.conflict);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace uaio
