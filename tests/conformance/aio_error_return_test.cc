// aio_error and aio_return: the states of a request, as its owner sees them; and that the engine
// has let go of the control block by the time it is published.

#include <aio.h>
#include <errno.h>
#include <string.h>

#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/conformance/posix.h"
#include "tests/support/gate.h"
#include "tests/support/request.h"
#include "tests/support/scratch_file.h"

using namespace uaio::conformance;
using namespace uaio::test;

BOOST_AUTO_TEST_SUITE(status)

BOOST_AUTO_TEST_CASE(in_progress_until_the_data_is_there, *posix("aio_error: DESCRIPTION p1")) {
    Request request(-1, 1);
    ReadGate gate;
    request.block().aio_fildes = gate.fd();
    BOOST_TEST(request.read() == 0);
    BOOST_TEST(request.status() == EINPROGRESS);
    BOOST_TEST(request.status() == EINPROGRESS);
    gate.release("x");
    BOOST_TEST(request.finish() == transferred(1));
    BOOST_TEST(request.status() == 0);
}

BOOST_AUTO_TEST_CASE(a_failure_leaves_its_errno_and_minus_one,
                     *posix("aio_error: DESCRIPTION p1; aio_return: DESCRIPTION p1")) {
    ScratchFile file("0123456789");
    Request request(file.fd(), 10);
    request.block().aio_buf = nullptr;
    BOOST_TEST(request.read() == 0);
    BOOST_TEST(request.finish() == failed(EFAULT));
}

BOOST_AUTO_TEST_CASE(aio_return_does_not_set_errno, *posix("aio_return: DESCRIPTION p1")) {
    ScratchFile file("0123456789");
    Request request(file.fd(), 10);
    request.block().aio_buf = nullptr;
    BOOST_TEST(request.read() == 0);
    BOOST_TEST(request.finish() == failed(EFAULT));
    Request good(file.fd(), 10);
    BOOST_TEST(good.read() == 0);
    const aiocb* list[] = {&good.block()};
    BOOST_TEST(aio_suspend(list, 1, nullptr) == 0);
    errno = E2BIG;
    int status = aio_error(&good.block());
    ssize_t result = aio_return(&good.block());
    int error = errno;
    BOOST_TEST(status == 0);
    BOOST_TEST(result == 10);
    BOOST_TEST(error == E2BIG);
}

BOOST_AUTO_TEST_CASE(a_second_return_gives_the_same_or_is_refused,
                     *posix("aio_return: DESCRIPTION p1 (once); ERRORS EINVAL (may fail)")) {
    ScratchFile file("0123456789");
    Request request(file.fd(), 10);
    BOOST_TEST(request.read() == 0);
    BOOST_TEST(request.finish() == transferred(10));
    errno = 0;
    ssize_t again = aio_return(&request.block());
    BOOST_TEST((again == 10 || (again == -1 && errno == EINVAL)));
    int status = aio_error(&request.block());
    BOOST_TEST((status == 0 || status == EINVAL || (status == -1 && errno == EINVAL)));
}

BOOST_AUTO_TEST_CASE(a_block_may_be_used_again, *posix("aio_read: DESCRIPTION p7, p8")) {
    ScratchFile file("0123456789");
    aiocb block;
    for (int i = 0; i < 1000; ++i) {
        char buffer[3];
        set_up(&block, file.fd(), buffer, sizeof buffer, i % 8);
        BOOST_TEST(aio_read(&block) == 0);
        BOOST_TEST(finish(&block) == transferred(sizeof buffer));
        BOOST_TEST(buffer[0] == '0' + i % 8);
    }
}

BOOST_AUTO_TEST_CASE(a_returned_block_may_be_used_again_as_it_is,
                     *posix("aio_return: DESCRIPTION")) {
    ScratchFile file("0123456789");
    Request request(file.fd(), 10);
    for (int i = 0; i < 1000; ++i) {
        BOOST_TEST(request.read() == 0);
        BOOST_TEST(request.finish() == transferred(10));
    }
}

// As soon as aio_error says so, by polling, so that the engine has no time to spare. A sanitizer
// sees a late touch; without one, the garbage makes a late write show in the next round.
BOOST_AUTO_TEST_CASE(a_block_may_be_freed_once_it_is_published,
                     *posix("aio_read: DESCRIPTION p7")) {
    ScratchFile file("0123456789");
    for (int i = 0; i < 5000; ++i) {
        auto block = std::make_unique<aiocb>();
        auto buffer = std::make_unique<char[]>(10);
        set_up(block.get(), file.fd(), buffer.get(), 10, 0);
        BOOST_TEST_REQUIRE(aio_read(block.get()) == 0);
        while (aio_error(block.get()) == EINPROGRESS) {
        }
        BOOST_TEST(aio_return(block.get()) == 10);
        memset(block.get(), 0xA5, sizeof *block);
    }
}

BOOST_AUTO_TEST_CASE(a_published_block_is_not_written_again, *posix("aio_read: DESCRIPTION p7")) {
    ScratchFile file("0123456789");
    aiocb garbage;
    memset(&garbage, 0x5A, sizeof garbage);
    for (int i = 0; i < 2000; ++i) {
        char buffer[10];
        aiocb block;
        set_up(&block, file.fd(), buffer, sizeof buffer, 0);
        BOOST_TEST_REQUIRE(aio_read(&block) == 0);
        while (aio_error(&block) == EINPROGRESS) {
        }
        memcpy(&block, &garbage, sizeof block);
        Request next(file.fd(), 10);  // takes the engine past the end of the first
        BOOST_TEST(next.read() == 0);
        BOOST_TEST(next.finish() == transferred(10));
        BOOST_TEST(memcmp(&block, &garbage, sizeof block) == 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()
