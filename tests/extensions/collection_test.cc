// uaio_aio_waitcomplete: which requests it gives back, when, and with what. Method: gates decide
// which requests have ended.

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>

#include <uaio/aio.h>

#include <boost/test/unit_test.hpp>

#include "tests/extensions/collected.h"
#include "tests/support/bell.h"
#include "tests/support/gate.h"
#include "tests/support/request.h"
#include "tests/support/scratch_file.h"
#include "tests/support/signals.h"

using namespace uaio::test;

namespace {

constexpr timespec kLong = {1'000'000, 0};  // longer than any watchdog

void do_nothing(int, siginfo_t*, void*) {}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(collecting, Collecting)

BOOST_AUTO_TEST_CASE(requests_come_in_the_order_in_which_they_end) {
    Plain first(-1, 1), second(-1, 1), third(-1, 1);
    ReadGate one, two, three;
    first.block.aio_fildes = one.fd();
    second.block.aio_fildes = two.fd();
    third.block.aio_fildes = three.fd();
    for (Plain* each : {&first, &second, &third}) BOOST_TEST(aio_read(&each->block) == 0);
    BOOST_TEST(next(&kAtOnce) == kNothingYet);
    three.release("x");
    third.wait_for_end();
    one.release("x");
    first.wait_for_end();
    BOOST_TEST(next(&kAtOnce) == (Answer{&third.block, 1, 0}));
    BOOST_TEST(next(&kLong) == (Answer{&first.block, 1, 0}));
    BOOST_TEST(next(&kAtOnce) == kNothingYet);
    two.end();
    BOOST_TEST(next() == (Answer{&second.block, 0, 0}));
    BOOST_TEST(next(&kAtOnce) == kNothingYet);
}

BOOST_AUTO_TEST_CASE(every_kind_of_request_is_collected) {
    ScratchFile file("0123456789");
    Plain read(file.fd(), 4), write(file.fd(), 3, 20), sync(file.fd(), 0), pieces(file.fd(), 1);
    BOOST_TEST(aio_read(&read.block) == 0);
    BOOST_TEST(next() == (Answer{&read.block, 4, 0}));
    BOOST_TEST(aio_write(&write.block) == 0);
    BOOST_TEST(next() == (Answer{&write.block, 3, 0}));
    BOOST_TEST(aio_fsync(O_SYNC, &sync.block) == 0);
    BOOST_TEST(next() == (Answer{&sync.block, 0, 0}));
    iovec piece = {pieces.data, 2};
    pieces.block.uaio_aio_iov = &piece;
    BOOST_TEST(uaio_aio_writev(&pieces.block) == 0);
    BOOST_TEST(next() == (Answer{&pieces.block, 2, 0}));
    BOOST_TEST(uaio_aio_readv(&pieces.block) == 0);
    BOOST_TEST(next() == (Answer{&pieces.block, 2, 0}));
}

BOOST_AUTO_TEST_CASE(a_failed_request_comes_with_its_error) {
    ScratchFile file("0123456789");
    Plain read(file.fd(), 4);
    read.block.aio_buf = nullptr;
    BOOST_TEST(aio_read(&read.block) == 0);
    BOOST_TEST(next() == (Answer{&read.block, -1, EFAULT}));
    BOOST_TEST(next(&kAtOnce) == kNothingYet);
}

BOOST_AUTO_TEST_CASE(a_cancelled_request_comes_too) {
    ReadGate gate;
    Plain read(gate.fd(), 1);
    BOOST_TEST(aio_read(&read.block) == 0);
    int answer = AIO_NOTCANCELED;  // while its pipe is tried
    while (answer == AIO_NOTCANCELED) answer = aio_cancel(gate.fd(), nullptr);
    BOOST_TEST(answer == AIO_CANCELED);
    BOOST_TEST(next() == (Answer{&read.block, -1, ECANCELED}));
}

BOOST_AUTO_TEST_CASE(a_refused_request_does_not) {
    Plain read(-1, 1);
    BOOST_TEST(aio_read(&read.block) == -1);
    BOOST_TEST(aio_error(&read.block) == EBADF);
    BOOST_TEST(next(&kAtOnce) == kNothingYet);
}

BOOST_AUTO_TEST_CASE(the_requests_of_a_list_come_each) {
    ScratchFile file("0123456789");
    Plain one(file.fd(), 2), two(file.fd(), 3, 4), refused(-1, 1);
    aiocb* list[] = {&one.block, nullptr, &two.block, &refused.block};
    for (aiocb* each : list) {
        if (each != nullptr) each->aio_lio_opcode = LIO_READ;
    }
    BOOST_TEST(lio_listio(LIO_WAIT, list, 3, nullptr) == 0);
    ssize_t sum = next(&kAtOnce).result + next(&kAtOnce).result;
    BOOST_TEST(sum == 5);
    BOOST_TEST(next(&kAtOnce) == kNothingYet);
    BOOST_TEST(lio_listio(LIO_NOWAIT, list, 4, nullptr) == -1);
    sum = next().result + next().result;
    BOOST_TEST(sum == 5);
    BOOST_TEST(next(&kAtOnce) == kNothingYet);
}

BOOST_AUTO_TEST_CASE(a_notification_comes_all_the_same) {
    ScratchFile file("0123456789");
    Bell bell;
    Plain read(file.fd(), 4);
    sigevent& event = read.block.aio_sigevent;
    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = [](sigval value) { static_cast<Bell*>(value.sival_ptr)->ring(); };
    event.sigev_notify_attributes = nullptr;
    event.sigev_value.sival_ptr = &bell;
    BOOST_TEST(aio_read(&read.block) == 0);
    BOOST_TEST(next() == (Answer{&read.block, 4, 0}));
    bell.wait();
}

BOOST_AUTO_TEST_CASE(who_has_asked_for_the_result_has_had_it) {
    ScratchFile file("0123456789");
    Plain one(file.fd(), 2), two(file.fd(), 3);
    BOOST_TEST(aio_read(&one.block) == 0);
    BOOST_TEST(aio_read(&two.block) == 0);
    one.wait_for_end();
    two.wait_for_end();
    BOOST_TEST(aio_return(&one.block) == 2);
    BOOST_TEST(next(&kAtOnce) == (Answer{&two.block, 3, 0}));
    BOOST_TEST(next(&kAtOnce) == kNothingYet);
}

BOOST_AUTO_TEST_CASE(a_block_that_is_used_again_stands_for_its_new_request) {
    ScratchFile file("0123456789");
    ReadGate gate;
    Plain read(file.fd(), 4);
    BOOST_TEST(aio_read(&read.block) == 0);
    read.wait_for_end();
    set_up(&read.block, gate.fd(), read.data, 1, 0);
    BOOST_TEST(aio_read(&read.block) == 0);
    BOOST_TEST(next(&kAtOnce) == kNothingYet);
    gate.release("x");
    BOOST_TEST(next() == (Answer{&read.block, 1, 0}));
    // A submission that is refused ends what there was of an older one, as in the block.
    set_up(&read.block, file.fd(), read.data, 2, 0);
    BOOST_TEST(aio_read(&read.block) == 0);
    read.wait_for_end();
    read.block.aio_reqprio = -1;
    BOOST_TEST(aio_read(&read.block) == -1);
    BOOST_TEST(next(&kAtOnce) == kNothingYet);
}

BOOST_AUTO_TEST_CASE(a_wait_has_an_end) {
    const timespec soon = {0, 1'000'000};
    BOOST_TEST(next(&kAtOnce) == kNothingYet);
    BOOST_TEST(next(&soon) == kNothingYet);
    for (const timespec& wrong : {timespec{-1, 0}, timespec{0, -1}, timespec{0, 1'000'000'000}}) {
        BOOST_TEST(next(&wrong) == (Answer{nullptr, -1, EINVAL}));
    }
    errno = 0;
    BOOST_TEST(uaio_aio_waitcomplete(nullptr, &kAtOnce) == -1);
    BOOST_TEST(errno == EINVAL);
}

BOOST_AUTO_TEST_CASE(a_signal_ends_a_wait) {
    SignalHandler handler(SIGUSR1, do_nothing);
    SignalStorm storm(SIGUSR1);
    BOOST_TEST(next() == (Answer{nullptr, -1, EINTR}));
    BOOST_TEST(next(&kLong) == (Answer{nullptr, -1, EINTR}));
}

BOOST_AUTO_TEST_SUITE_END()
