// UAIO_STRICT=1: every misuse that POSIX lets an implementation detect is reported, and does no
// harm. Method: a gate keeps a request in flight while its block is misused. The program runs with
// the variable set (see BUILD).
#define BOOST_TEST_MODULE aio_strict
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include <boost/test/unit_test.hpp>

#include "aio/posix/platform/block.h"
#include "tests/support/gate.h"
#include "tests/support/request.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

using test::ReadGate;
using test::ScratchFile;

// -1 with that errno.
#define EXPECT_MISUSE(call, expected_error)    \
    do {                                       \
        errno = 0;                             \
        auto answer = (call);                  \
        int error = errno;                     \
        BOOST_TEST(answer == -1);              \
        BOOST_TEST(error == (expected_error)); \
    } while (false)

// The first call is what reads the environment.
struct Started {
    Started() {
        aiocb block;
        test::set_up(&block, -1, nullptr, 0, 0);
        BOOST_TEST(aio_read(&block) == -1);
    }
};
BOOST_TEST_GLOBAL_FIXTURE(Started);

BOOST_AUTO_TEST_CASE(a_block_that_was_never_submitted_has_no_status) {
    for (int filler : {0, 0xA5}) {
        aiocb block;
        memset(&block, filler, sizeof block);
        EXPECT_MISUSE(aio_error(&block), EINVAL);
        EXPECT_MISUSE(aio_return(&block), EINVAL);
    }
}

BOOST_AUTO_TEST_CASE(a_result_is_collected_once) {
    ScratchFile file("0123456789");
    char buffer[4];
    aiocb block;
    test::set_up(&block, file.fd(), buffer, sizeof buffer, 0);
    for (int round = 0; round < 2; ++round) {
        BOOST_TEST(aio_read(&block) == 0);
        BOOST_TEST(test::finish(&block) == test::transferred(4));
        EXPECT_MISUSE(aio_return(&block), EINVAL);
        EXPECT_MISUSE(aio_error(&block), EINVAL);
    }
}

BOOST_AUTO_TEST_CASE(a_copy_of_a_block_has_no_status) {
    ScratchFile file("0123456789");
    char buffer[4];
    aiocb block;
    test::set_up(&block, file.fd(), buffer, sizeof buffer, 0);
    BOOST_TEST(aio_read(&block) == 0);
    const aiocb* list[] = {&block};
    while (aio_error(&block) == EINPROGRESS) {
        BOOST_TEST(aio_suspend(list, 1, nullptr) == 0);
    }
    aiocb copy = block;
    EXPECT_MISUSE(aio_error(&copy), EINVAL);
    EXPECT_MISUSE(aio_return(&copy), EINVAL);
    BOOST_TEST(aio_return(&block) == 4);
}

BOOST_AUTO_TEST_CASE(a_block_in_flight_is_busy) {
    char buffer[4];
    aiocb block;
    ReadGate gate;
    test::set_up(&block, gate.fd(), buffer, sizeof buffer, 0);
    block.aio_lio_opcode = LIO_READ;
    BOOST_TEST(aio_read(&block) == 0);
    EXPECT_MISUSE(aio_read(&block), EBUSY);
    EXPECT_MISUSE(aio_fsync(O_SYNC, &block), EBUSY);
    aiocb* list[] = {&block};
    EXPECT_MISUSE(lio_listio(LIO_NOWAIT, list, 1, nullptr), EIO);
    BOOST_TEST(aio_error(&block) == EINPROGRESS);
    EXPECT_MISUSE(aio_return(&block), EINVAL);
    gate.release("four");
    BOOST_TEST(test::finish(&block) == test::transferred(4));
    BOOST_TEST(memcmp(buffer, "four", 4) == 0);
}

// Also where its data is in the cache, and could be had at once.
BOOST_AUTO_TEST_CASE(a_block_that_stands_in_a_list_twice_is_busy) {
    ScratchFile file("0123456789");
    char byte = 0;
    aiocb block;
    test::set_up(&block, file.fd(), &byte, 1, 5);
    block.aio_lio_opcode = LIO_READ;
    aiocb* list[] = {&block, &block};
    errno = 0;
    BOOST_TEST(lio_listio(LIO_WAIT, list, 2, nullptr) == -1);
    BOOST_TEST(errno == EIO);
    BOOST_TEST(test::finish(&block) == test::transferred(1));
}

BOOST_AUTO_TEST_CASE(a_refused_block_has_a_status) {
    aiocb block;
    test::set_up(&block, -1, nullptr, 0, 0);
    EXPECT_MISUSE(aio_read(&block), EBADF);
    BOOST_TEST(aio_error(&block) == EBADF);
    BOOST_TEST(aio_return(&block) == -1);
    EXPECT_MISUSE(aio_return(&block), EINVAL);
}

BOOST_AUTO_TEST_CASE(a_notification_that_does_not_exist_is_refused) {
    ScratchFile file("0123456789");
    char buffer[4];
    aiocb block;
    test::set_up(&block, file.fd(), buffer, sizeof buffer, 0);
    block.aio_sigevent.sigev_notify = 12'345;
    EXPECT_MISUSE(aio_read(&block), EINVAL);
    block.aio_sigevent.sigev_notify = SIGEV_SIGNAL;
    block.aio_sigevent.sigev_signo = SIGRTMAX + 1;
    EXPECT_MISUSE(aio_write(&block), EINVAL);
    EXPECT_MISUSE(aio_fsync(O_SYNC, &block), EINVAL);
    BOOST_TEST(file.contents() == "0123456789");
}

// Nothing of the list is submitted then. A list that is waited for tells nobody.
BOOST_AUTO_TEST_CASE(a_notification_of_a_list_that_does_not_exist_is_refused) {
    ScratchFile file("0123456789");
    char buffer[4];
    aiocb block;
    test::set_up(&block, file.fd(), buffer, sizeof buffer, 0);
    block.aio_lio_opcode = LIO_READ;
    aiocb* list[] = {&block};
    sigevent event = {};
    event.sigev_notify = 12'345;
    EXPECT_MISUSE(lio_listio(LIO_NOWAIT, list, 1, &event), EINVAL);
    BOOST_TEST(aio_error(&block) != EINPROGRESS);
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGRTMAX + 1;
    EXPECT_MISUSE(lio_listio(LIO_NOWAIT, list, 1, &event), EINVAL);
    BOOST_TEST(lio_listio(LIO_WAIT, list, 1, &event) == 0);
    BOOST_TEST(test::finish(&block) == test::transferred(4));
}

BOOST_AUTO_TEST_CASE(a_zeroed_event_is_still_silent) {
    ScratchFile file("0123456789");
    char buffer[4];
    aiocb block;
    test::set_up(&block, file.fd(), buffer, sizeof buffer, 0);
    memset(&block.aio_sigevent, 0, sizeof block.aio_sigevent);
    BOOST_TEST(aio_read(&block) == 0);
    BOOST_TEST(test::finish(&block) == test::transferred(4));
}

// Garbage that happens to say that it is in progress does not make a block busy.
BOOST_AUTO_TEST_CASE(a_block_full_of_garbage_is_not_busy) {
    ScratchFile file("0123456789");
    char buffer[4];
    aiocb first;
    test::set_up(&first, file.fd(), buffer, sizeof buffer, 0);
    BOOST_TEST(aio_read(&first) == 0);
    BOOST_TEST(test::finish(&first) == test::transferred(4));
    aiocb block;
    test::set_up(&block, file.fd(), buffer, sizeof buffer, 0);
    Block fields(&block);
    fields.enter();
    fields.begin(Block(&first).request(), EINPROGRESS);
    fields.remove_stamp();
    BOOST_TEST(aio_read(&block) == 0);
    BOOST_TEST(test::finish(&block) == test::transferred(4));
}

}  // namespace
}  // namespace uaio
