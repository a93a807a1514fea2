// The table that keeps what a control block has no room for. Method: addresses of an array that is
// never read, more of them than the first tables hold, and threads that come and go at their own.
#define BOOST_TEST_MODULE side_table
#include "aio/posix/platform/block_side_table.h"

#include <errno.h>

#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace uaio {
namespace {

using Entry = SideTableBlock;

constexpr size_t kMany = 20'000;

struct aiocb blocks[kMany];

BOOST_AUTO_TEST_CASE(nobody_knows_a_block_that_was_never_submitted) {
    Entry entry(&blocks[0]);
    BOOST_TEST(!entry.is_stamped());
    BOOST_TEST(entry.error() == EINVAL);
    BOOST_TEST(entry.error_for_sleeper() == EINVAL);
    BOOST_TEST(entry.result() == -1);
    BOOST_TEST(entry.request() == UINT32_MAX);
}

BOOST_AUTO_TEST_CASE(a_block_is_known_from_its_submission_to_its_collection) {
    Entry submitter(&blocks[0]);
    BOOST_TEST_REQUIRE(submitter.enter());
    BOOST_TEST(submitter.error() != EINPROGRESS);
    submitter.begin(7, EINPROGRESS);
    BOOST_TEST(Entry(&blocks[0]).error() == EINPROGRESS);
    BOOST_TEST(Entry(&blocks[0]).request() == 7u);
    Entry(&blocks[0]).publish(4'096, 0);
    BOOST_TEST(submitter.error_for_sleeper() == 0);
    BOOST_TEST(submitter.result() == 4'096);
    Entry collector(&blocks[0]);
    BOOST_TEST(collector.is_stamped());
    collector.remove_stamp();
    BOOST_TEST(!collector.is_stamped());
    BOOST_TEST(!Entry(&blocks[0]).is_stamped());
}

BOOST_AUTO_TEST_CASE(a_status_without_a_request_is_kept_too) {
    Entry refused(&blocks[1]);
    BOOST_TEST_REQUIRE(refused.enter());
    refused.refuse(EBADF);
    BOOST_TEST(Entry(&blocks[1]).error() == EBADF);
    BOOST_TEST(Entry(&blocks[1]).result() == -1);
    Entry again(&blocks[1]);
    BOOST_TEST_REQUIRE(again.enter());  // the entry that is there
    again.publish_at_once(5);
    BOOST_TEST(Entry(&blocks[1]).error() == 0);
    BOOST_TEST(Entry(&blocks[1]).result() == 5);
    again.remove_stamp();
    BOOST_TEST(!Entry(&blocks[1]).is_stamped());
}

BOOST_AUTO_TEST_CASE(every_one_of_many_has_its_own) {
    for (int round = 0; round < 3; ++round) {
        for (size_t i = 0; i < kMany; ++i) {
            Entry entry(&blocks[i]);
            BOOST_REQUIRE(entry.enter());
            entry.begin(static_cast<uint32_t>(i), EINPROGRESS);
        }
        for (size_t i = 0; i < kMany; ++i) {
            Entry entry(&blocks[i]);
            BOOST_REQUIRE(entry.request() == i);
            entry.publish(static_cast<ssize_t>(i), 0);
        }
        for (size_t i = 0; i < kMany; ++i) {
            Entry entry(&blocks[i]);
            BOOST_REQUIRE(entry.result() == static_cast<ssize_t>(i));
            entry.remove_stamp();
        }
    }
    BOOST_TEST(!Entry(&blocks[kMany - 1]).is_stamped());
}

BOOST_AUTO_TEST_CASE(threads_do_not_get_each_others) {
    constexpr size_t kThreads = 4;
    constexpr size_t kEach = 500;
    std::atomic<size_t> wrong{0};
    std::vector<std::thread> threads;
    for (size_t t = 0; t < kThreads; ++t) {
        threads.emplace_back([&, t] {
            for (size_t i = 0; i < 20 * kEach; ++i) {
                size_t own = i % kEach * kThreads + t;
                Entry entry(&blocks[own]);
                bool entered = entry.enter();
                entry.begin(static_cast<uint32_t>(own), EINPROGRESS);
                Entry(&blocks[own]).publish(static_cast<ssize_t>(i), 0);
                Entry found(&blocks[own]);
                bool right =
                    entered && found.request() == own && found.result() == static_cast<ssize_t>(i);
                wrong += !right;
                found.remove_stamp();
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    BOOST_TEST(wrong == 0u);
}

}  // namespace
}  // namespace uaio
