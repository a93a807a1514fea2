// The table of workloads, and what operations they are made of. Method: the rows that the design
// puts a price on are looked up; streams are drawn and counted.
#define BOOST_TEST_MODULE bench_workload
#include "tools/bench/workload.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

#include "tests/support/scratch_file.h"
#include "tools/bench/block.h"
#include "tools/bench/operation.h"
#include "tools/bench/scratch.h"
#include "tools/uaio/failure.h"

namespace uaio::bench {
namespace {

constexpr size_t kBlocks = 1000;
constexpr uint64_t kSeed = 5;
constexpr size_t kDraws = 8000;

const Workload* find(Cache cache, Pattern pattern, unsigned depth, unsigned descriptors,
                     Notice notice) {
    for (const Workload& row : workloads()) {
        bool same = row.outstanding == 0 && row.submitters == 1 && row.cache == cache &&
                    row.pattern == pattern && row.depth == depth &&
                    row.descriptors == descriptors && row.notice == notice;
        if (same) return &row;
    }
    return nullptr;
}

const Workload* find_parked(size_t outstanding) {
    for (const Workload& row : workloads()) {
        if (row.outstanding == outstanding) return &row;
    }
    return nullptr;
}

BOOST_AUTO_TEST_CASE(names_are_unique_and_fit_their_column) {
    std::set<std::string> names;
    for (const Workload& row : workloads()) {
        std::string name = row.name;
        BOOST_TEST_CONTEXT(name) {
            BOOST_TEST(names.insert(name).second);
            BOOST_TEST(name.size() < 24u);
            BOOST_TEST(*title_of(row.group) != '\0');
        }
    }
}

BOOST_AUTO_TEST_CASE(rows_make_sense) {
    for (const Workload& row : workloads()) {
        BOOST_TEST_CONTEXT(row.name) {
            BOOST_TEST(row.submitters > 0u);
            if (row.outstanding > 0) continue;
            BOOST_TEST(row.depth > 0u);
            BOOST_TEST(row.descriptors > 0u);
            BOOST_TEST(row.descriptors <= row.depth);
            BOOST_TEST((row.notice != Notice::kSignal || row.submitters == 1));
            BOOST_TEST((row.notice != Notice::kList || row.pattern != Pattern::kSyncedWrite));
        }
    }
}

BOOST_AUTO_TEST_CASE(every_priced_loop_is_there) {
    const unsigned priced[][2] = {{1, 1}, {32, 1}, {32, 16}, {256, 64}, {4096, 1}, {4096, 1024}};
    for (auto [depth, descriptors] : priced) {
        BOOST_TEST_CONTEXT(depth << 'x' << descriptors) {
            BOOST_TEST(find(Cache::kWarm, Pattern::kRandomRead, depth, descriptors, Notice::kWait));
        }
    }
    using enum Pattern;
    BOOST_TEST(find(Cache::kWarm, kRandomRead, 32, 1, Notice::kCallback));
    BOOST_TEST(find(Cache::kWarm, kRandomRead, 32, 1, Notice::kList));
    BOOST_TEST(find(Cache::kWarm, kRandomWrite, 32, 1, Notice::kWait));
    BOOST_TEST(find(Cache::kWarm, kSyncedWrite, 32, 1, Notice::kWait));
    BOOST_TEST(find(Cache::kDirect, kRandomRead, 32, 1, Notice::kWait));
    BOOST_TEST(find(Cache::kDirect, kRandomWrite, 32, 1, Notice::kWait));
    BOOST_TEST(find(Cache::kCold, kRandomRead, 32, 1, Notice::kWait));
    BOOST_TEST(find(Cache::kCold, kSequentialRead, 8, 1, Notice::kWait));
    for (size_t outstanding : {100u, 10000u, 100000u}) BOOST_TEST(find_parked(outstanding));
}

BOOST_AUTO_TEST_CASE(a_stream_is_the_same_for_the_same_seed) {
    OperationStream one(Pattern::kMixed, kBlocks, kSeed);
    OperationStream other(Pattern::kMixed, kBlocks, kSeed);
    for (size_t i = 0; i < kDraws; ++i) {
        Operation a = one.next();
        Operation b = other.next();
        BOOST_TEST_REQUIRE((a.action == b.action && a.offset == b.offset));
        BOOST_TEST_REQUIRE(a.offset % static_cast<off_t>(kBlockBytes) == 0);
        BOOST_TEST_REQUIRE(a.offset < static_cast<off_t>(kBlocks * kBlockBytes));
    }
}

size_t count(Pattern pattern, Action action) {
    OperationStream stream(pattern, kBlocks, kSeed);
    size_t found = 0;
    for (size_t i = 0; i < kDraws; ++i) found += stream.next().action == action;
    return found;
}

BOOST_AUTO_TEST_CASE(patterns_have_their_parts) {
    BOOST_TEST(count(Pattern::kRandomRead, Action::kRead) == kDraws);
    BOOST_TEST(count(Pattern::kSequentialRead, Action::kRead) == kDraws);
    BOOST_TEST(count(Pattern::kRandomWrite, Action::kWrite) == kDraws);
    BOOST_TEST(count(Pattern::kSyncedWrite, Action::kSync) == kDraws / 8);
    BOOST_TEST(count(Pattern::kMixed, Action::kSync) == 0u);
    double reads = static_cast<double>(count(Pattern::kMixed, Action::kRead)) / kDraws;
    BOOST_TEST(reads == 0.7, boost::test_tools::tolerance(0.03));
}

BOOST_AUTO_TEST_CASE(a_sequence_goes_on_and_begins_again) {
    OperationStream stream(Pattern::kSequentialRead, kBlocks, kSeed);
    off_t last = stream.next().offset;
    std::set<off_t> seen{last};
    for (size_t i = 1; i < kBlocks; ++i) {
        off_t offset = stream.next().offset;
        BOOST_TEST_REQUIRE((offset == last + static_cast<off_t>(kBlockBytes) || offset == 0));
        seen.insert(offset);
        last = offset;
    }
    BOOST_TEST(seen.size() == kBlocks);
}

BOOST_AUTO_TEST_CASE(the_scratch_file_is_labelled_throughout_and_has_no_name) {
    constexpr size_t kFew = 300;  // more than it is written by at once
    Scratch scratch(test::scratch_folder(), kFew);
    for (Cache cache : {Cache::kWarm, Cache::kCold}) {
        std::vector<tools::OwnedFd> fds = scratch.open_for(cache, 2);
        Blocks memory(1);
        for (size_t i = 0; i < kFew; ++i) {
            auto offset = static_cast<off_t>(i * kBlockBytes);
            int fd = fds[i % 2].get();
            BOOST_TEST_REQUIRE(tools::read_exactly(fd, memory.block(0), kBlockBytes, offset));
            BOOST_TEST_REQUIRE(is_labelled(memory.block(0), offset));
        }
        BOOST_TEST(scratch.operations_max(cache) > 0u);
    }
}

BOOST_AUTO_TEST_CASE(a_scratch_file_that_cannot_be_made_says_so) {
    BOOST_CHECK_THROW(Scratch("/nonexistent", 1), tools::Failure);
    BOOST_CHECK_THROW(allow_descriptors(~0u), tools::Failure);
}

}  // namespace
}  // namespace uaio::bench
