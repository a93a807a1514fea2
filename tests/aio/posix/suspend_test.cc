// How aio_suspend reads its list, where the conformance cases cannot look: blocks that no request
// serves, by what they hold. Method: blocks written by hand and timeouts of nothing.
#define BOOST_TEST_MODULE suspend
#include <aio.h>
#include <errno.h>
#include <string.h>

#include <vector>

#include <boost/test/unit_test.hpp>

#include "aio/posix/platform/block.h"
#include "tests/support/signals.h"
#include "tests/support/twins.h"

namespace uaio {
namespace {

constexpr timespec kNoTime = {0, 0};

aiocb block_with(int error) {
    aiocb block;
    memset(&block, 0xA5, sizeof block);
    Block fields(&block);
    fields.enter();
    fields.begin(7, error);
    return block;
}

// Not called by its name, which glibc's header declares never to get a null pointer.
int (*volatile suspend)(const aiocb* const*, int, const timespec*) = aio_suspend;

int suspended(const std::vector<const aiocb*>& list, const timespec* timeout = &kNoTime) {
    errno = E2BIG;
    int answer = suspend(list.data(), static_cast<int>(list.size()), timeout);
    return answer == 0 ? (errno == E2BIG ? 0 : -1) : errno;
}

BOOST_AUTO_TEST_CASE(any_status_but_one_ends_the_wait) {
    for (int error : {0, EIO, ECANCELED, EBADF}) {
        aiocb block = block_with(error);
        BOOST_TEST(suspended({&block}, nullptr) == 0);
    }
    aiocb block = block_with(EINPROGRESS);
    BOOST_TEST(suspended({&block}) == EAGAIN);
}

BOOST_AUTO_TEST_CASE(the_one_that_is_done_may_be_anywhere) {
    aiocb busy = block_with(EINPROGRESS);
    aiocb done = block_with(0);
    BOOST_TEST(suspended({&done, &busy, nullptr}, nullptr) == 0);
    BOOST_TEST(suspended({&busy, &done, &busy}, nullptr) == 0);
    BOOST_TEST(suspended({nullptr, nullptr, &busy, &done}, nullptr) == 0);
    BOOST_TEST(suspended({&busy, nullptr, &busy}) == EAGAIN);
}

BOOST_AUTO_TEST_CASE(a_list_of_nobody_waits_for_the_timeout_only) {
    BOOST_TEST(suspended({}) == EAGAIN);
    BOOST_TEST(suspended({nullptr, nullptr}) == EAGAIN);
}

BOOST_AUTO_TEST_CASE(what_is_no_time_is_refused_even_if_nobody_waits) {
    aiocb block = block_with(0);
    for (timespec timeout : {timespec{-1, 0}, timespec{0, -1}, timespec{0, 1'000'000'000}}) {
        BOOST_TEST(suspended({&block}, &timeout) == EINVAL);
    }
    timespec longest = {0, 999'999'999};
    BOOST_TEST(suspended({&block}, &longest) == 0);
}

void ignore(int /*number*/, siginfo_t* /*info*/, void* /*context*/) {}

BOOST_AUTO_TEST_CASE(a_handler_ends_a_wait_for_nobody) {
    test::SignalHandler handler(SIGUSR1, ignore);
    test::SignalStorm storm(SIGUSR1);
    aiocb block = block_with(EINPROGRESS);
    BOOST_TEST(suspended({nullptr}, nullptr) == EINTR);
    BOOST_TEST(suspended({&block}, nullptr) == EINTR);
}

BOOST_AUTO_TEST_CASE(the_64_twin_reads_its_list_in_the_same_way) {
    aiocb64 blocks[2];
    memset(blocks, 0xA5, sizeof blocks);
    for (aiocb64& block : blocks) {
        Block fields(&block);
        fields.enter();
        fields.begin(7, EINPROGRESS);
    }
    const aiocb64* list[] = {&blocks[0], nullptr, &blocks[1]};
    errno = 0;
    BOOST_TEST(aio_suspend64(list, 3, &kNoTime) == -1);
    int error = errno;
    BOOST_TEST(error == EAGAIN);
    Block(&blocks[1]).publish(0, 0);
    BOOST_TEST(aio_suspend64(list, 3, nullptr) == 0);
    BOOST_TEST(aio_suspend64(list, -3, nullptr) == -1);
}

}  // namespace
}  // namespace uaio
