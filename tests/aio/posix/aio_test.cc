// What aio.cc does to a control block that the conformance cases cannot tell from outside: the
// status of a refused block, and blocks that hold garbage where a request's number should be.
// Method: blocks full of garbage, and a look at the counters.
#define BOOST_TEST_MODULE aio
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "aio/counters.h"
#include "aio/posix/platform/block.h"
#include "tests/support/gate.h"
#include "tests/support/request.h"
#include "tests/support/scratch_file.h"
#include "tests/support/twins.h"

namespace uaio {
namespace {

using test::ScratchFile;

uint64_t refused() {
    return counters().sum(Counter::kRefused);
}

// The answer -1 with errno, the same in the block, and one more in the counter.
#define EXPECT_REFUSAL(call, block, expected_error)          \
    do {                                                     \
        uint64_t before = refused();                         \
        errno = 0;                                           \
        int answer = (call);                                 \
        int error = errno;                                   \
        BOOST_TEST(answer == -1);                            \
        BOOST_TEST(error == (expected_error));               \
        BOOST_TEST(aio_error(&(block)) == (expected_error)); \
        BOOST_TEST(aio_return(&(block)) == -1);              \
        BOOST_TEST(refused() == before + 1);                 \
    } while (false)

BOOST_AUTO_TEST_CASE(a_refused_transfer_says_why_in_its_block) {
    ScratchFile file("0123456789");
    char buffer[4];
    aiocb block;
    for (auto* submit : {aio_read, aio_write}) {
        test::set_up(&block, -1, buffer, sizeof buffer, 0);
        EXPECT_REFUSAL(submit(&block), block, EBADF);
        test::set_up(&block, file.fd(), buffer, sizeof buffer, -1);
        EXPECT_REFUSAL(submit(&block), block, EINVAL);
        test::set_up(&block, file.fd(), buffer, SIZE_MAX, 0);
        EXPECT_REFUSAL(submit(&block), block, EINVAL);
        test::set_up(&block, file.fd(), buffer, sizeof buffer, 0);
        block.aio_reqprio = -1;
        EXPECT_REFUSAL(submit(&block), block, EINVAL);
    }
}

BOOST_AUTO_TEST_CASE(a_refused_sync_says_why_in_its_block) {
    ScratchFile file("0123456789");
    aiocb block;
    test::set_up(&block, file.fd(), nullptr, 0, 0);
    EXPECT_REFUSAL(aio_fsync(O_APPEND, &block), block, EINVAL);
    test::set_up(&block, -1, nullptr, 0, 0);
    EXPECT_REFUSAL(aio_fsync(O_SYNC, &block), block, EBADF);
}

BOOST_AUTO_TEST_CASE(a_refused_64_twin_says_why_in_its_block) {
    aiocb64 block;
    memset(&block, 0xA5, sizeof block);
    block.aio_fildes = -1;
    block.aio_reqprio = 0;
    BOOST_TEST(aio_read64(&block) == -1);
    BOOST_TEST(aio_error64(&block) == EBADF);
    BOOST_TEST(aio_return64(&block) == -1);
    memset(&block, 0xA5, sizeof block);
    block.aio_fildes = -1;
    BOOST_TEST(aio_fsync64(O_DSYNC, &block) == -1);
    BOOST_TEST(aio_error64(&block) == EBADF);
}

BOOST_AUTO_TEST_CASE(a_refused_block_can_be_used_again) {
    ScratchFile file("0123456789");
    char buffer[4];
    aiocb block;
    test::set_up(&block, -1, buffer, sizeof buffer, 2);
    EXPECT_REFUSAL(aio_read(&block), block, EBADF);
    block.aio_fildes = file.fd();
    BOOST_TEST(aio_read(&block) == 0);
    BOOST_TEST(test::finish(&block) == test::transferred(4));
    BOOST_TEST(memcmp(buffer, "2345", 4) == 0);
}

// A block that says it is in progress, and was never submitted, is nobody's; whatever its number.
BOOST_AUTO_TEST_CASE(a_refused_block_that_is_in_flight_stays_so) {
    test::ReadGate gate;
    char byte = 0;
    aiocb block;
    test::set_up(&block, gate.fd(), &byte, 1, 0);
    BOOST_TEST(aio_read(&block) == 0);
    block.aio_reqprio = -1;
    BOOST_TEST(aio_read(&block) == -1);
    BOOST_TEST(errno == EINVAL);
    BOOST_TEST(aio_error(&block) == EINPROGRESS);
    gate.release("x");
    const aiocb* list[] = {&block};
    BOOST_TEST(aio_suspend(list, 1, nullptr) == 0);
    BOOST_TEST(aio_error(&block) == 0);
    BOOST_TEST(aio_return(&block) == 1);
    BOOST_TEST(byte == 'x');
}

BOOST_AUTO_TEST_CASE(a_block_that_lies_about_its_request_cancels_nothing) {
    ScratchFile file("0123456789");
    aiocb served;
    char buffer[4];
    test::set_up(&served, file.fd(), buffer, sizeof buffer, 0);
    BOOST_TEST(aio_read(&served) == 0);
    for (uint32_t number : {Block(&served).request(), 0u, 63u, 64u, 100'000u, UINT32_MAX}) {
        aiocb liar;
        test::set_up(&liar, file.fd(), buffer, sizeof buffer, 0);
        Block fields(&liar);
        fields.enter();
        fields.begin(number, EINPROGRESS);
        BOOST_TEST(aio_cancel(file.fd(), &liar) == AIO_ALLDONE);
    }
    BOOST_TEST(test::finish(&served) == test::transferred(4));
}

BOOST_AUTO_TEST_CASE(a_request_leaves_the_number_in_its_block) {
    ScratchFile file("0123456789");
    char buffer[4];
    aiocb block;
    test::set_up(&block, file.fd(), buffer, sizeof buffer, 0);
    BOOST_TEST(aio_write(&block) == 0);
    uint32_t number = Block(&block).request();
    BOOST_TEST(test::finish(&block) == test::transferred(4));
    BOOST_TEST(Block(&block).request() == number);
    BOOST_TEST(Block(&block).is_stamped());
}

// Not in the conformance cases, because glibc looks at the descriptor first as well.
BOOST_AUTO_TEST_CASE(cancel_answers_for_the_descriptor_first) {
    aiocb block;
    test::set_up(&block, 5, nullptr, 0, 0);
    errno = 0;
    BOOST_TEST(aio_cancel(-1, &block) == -1);
    int error = errno;
    BOOST_TEST(error == EBADF);
}

}  // namespace
}  // namespace uaio
