// aio_cancel: its four answers, and what becomes of the requests. Method: a gate holds one read of
// a pipe; the reads behind it are queued and stay so until the gate opens.
//
// The held request itself may be running (AIO_NOTCANCELED) or waiting for its data in a way that
// can be undone (AIO_CANCELED). POSIX allows both, the cases accept both, and check that what
// became of the request agrees with the answer.

#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <deque>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/conformance/door.h"
#include "tests/conformance/posix.h"
#include "tests/support/bell.h"
#include "tests/support/gate.h"
#include "tests/support/request.h"
#include "tests/support/scratch_file.h"
#include "tests/support/signals.h"
#include "tests/support/twins.h"

using namespace uaio::conformance;
using namespace uaio::test;

namespace {

// So many one-byte reads of a gate, the first of them held, the others queued behind it.
struct QueuedReads {
    explicit QueuedReads(int count) {
        for (int i = 0; i < count; ++i) {
            reads.emplace_back(gate_.fd(), 1);
            BOOST_TEST_REQUIRE(reads.back().read() == 0);
        }
    }
    ~QueuedReads() { gate_.end(); }

    int fd() const { return gate_.fd(); }
    void release(std::string_view bytes) { gate_.release(bytes); }

  private:
    ReadGate gate_;  // outlives the reads: ended in the destructor, closed after them

  public:
    std::deque<Request> reads;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cancelling)

BOOST_AUTO_TEST_CASE(a_queued_request_is_cancelled, *posix("aio_cancel: DESCRIPTION p1, p3")) {
    QueuedReads queue(4);
    Request& victim = queue.reads[2];
    BOOST_TEST(aio_cancel(queue.fd(), &victim.block()) == AIO_CANCELED);
    BOOST_TEST(victim.status() == ECANCELED);
    BOOST_TEST(victim.finish() == failed(ECANCELED));
    queue.release("abc");
    std::string received;
    for (size_t i : {0, 1, 3}) {
        BOOST_TEST(queue.reads[i].finish() == transferred(1));
        received += queue.reads[i].text();
    }
    BOOST_TEST(received == "abc");
}

BOOST_AUTO_TEST_CASE(what_is_not_named_goes_on, *posix("aio_cancel: DESCRIPTION p1")) {
    QueuedReads queue(6);
    // The second, which is next to run, and the last.
    BOOST_TEST(aio_cancel(queue.fd(), &queue.reads[1].block()) == AIO_CANCELED);
    BOOST_TEST(aio_cancel(queue.fd(), &queue.reads[5].block()) == AIO_CANCELED);
    for (size_t i : {0, 2, 3, 4}) BOOST_TEST(queue.reads[i].in_progress());
    queue.release("abcd");
    for (size_t i : {0, 2, 3, 4}) BOOST_TEST(queue.reads[i].finish() == transferred(1));
    BOOST_TEST(queue.reads[1].finish() == failed(ECANCELED));
    BOOST_TEST(queue.reads[5].finish() == failed(ECANCELED));
    // The descriptor is as good as before.
    Request after(queue.fd(), 1);
    BOOST_TEST(after.read() == 0);
    queue.release("e");
    BOOST_TEST(after.finish() == transferred(1));
    BOOST_TEST(after.text() == "e");
}

BOOST_AUTO_TEST_CASE(the_answer_about_the_held_one_is_true,
                     *posix("aio_cancel: RETURN VALUE AIO_NOTCANCELED")) {
    QueuedReads queue(1);
    Request& held = queue.reads[0];
    int answer = aio_cancel(queue.fd(), &held.block());
    BOOST_TEST((answer == AIO_CANCELED || answer == AIO_NOTCANCELED));
    if (answer == AIO_CANCELED) {
        BOOST_TEST(held.finish() == failed(ECANCELED));
    } else {
        BOOST_TEST(held.in_progress());
        queue.release("x");
        BOOST_TEST(held.finish() == transferred(1));
    }
}

BOOST_AUTO_TEST_CASE(all_requests_of_a_descriptor, *posix("aio_cancel: DESCRIPTION p1 (null)")) {
    QueuedReads queue(20);
    int answer = aio_cancel(queue.fd(), nullptr);
    BOOST_TEST((answer == AIO_CANCELED || answer == AIO_NOTCANCELED));
    for (size_t i = 1; i < queue.reads.size(); ++i) {
        BOOST_TEST(queue.reads[i].finish() == failed(ECANCELED));
    }
    BOOST_TEST(queue.reads[0].in_progress() == (answer == AIO_NOTCANCELED));
    if (answer == AIO_NOTCANCELED) {
        queue.release("x");
        BOOST_TEST(queue.reads[0].finish() == transferred(1));
    } else {
        BOOST_TEST(queue.reads[0].finish() == failed(ECANCELED));
    }
}

BOOST_AUTO_TEST_CASE(other_descriptors_are_left_alone, *posix("aio_cancel: DESCRIPTION p1")) {
    QueuedReads mine(3);
    QueuedReads other(3);
    int answer = aio_cancel(mine.fd(), nullptr);
    BOOST_TEST((answer == AIO_CANCELED || answer == AIO_NOTCANCELED));
    for (Request& request : other.reads) BOOST_TEST(request.in_progress());
    other.release("abc");
    for (Request& request : other.reads) BOOST_TEST(request.finish() == transferred(1));
}

BOOST_AUTO_TEST_CASE(a_finished_request_cannot_be_cancelled,
                     *posix("aio_cancel: RETURN VALUE AIO_ALLDONE")) {
    ScratchFile file("0123456789");
    Request request(file.fd(), 10);
    BOOST_TEST(request.read() == 0);
    BOOST_TEST(request.finish() == transferred(10));
    BOOST_TEST(aio_cancel(file.fd(), &request.block()) == AIO_ALLDONE);
    BOOST_TEST(request.finish() == transferred(10));
}

BOOST_AUTO_TEST_CASE(nothing_to_cancel_is_all_done,
                     *posix("aio_cancel: RETURN VALUE AIO_ALLDONE")) {
    ScratchFile file;
    BOOST_TEST(aio_cancel(file.fd(), nullptr) == AIO_ALLDONE);
    Request request(file.fd(), "x");
    BOOST_TEST(request.write() == 0);
    BOOST_TEST(request.finish() == transferred(1));
    BOOST_TEST(aio_cancel(file.fd(), nullptr) == AIO_ALLDONE);
}

BOOST_AUTO_TEST_CASE(a_bad_descriptor_is_refused, *posix("aio_cancel: ERRORS EBADF")) {
    int closed = ScratchFile().open_again(O_RDONLY);
    close(closed);
    for (int fd : {-1, closed}) {
        errno = 0;
        BOOST_TEST(aio_cancel(fd, nullptr) == -1);
        BOOST_TEST(errno == EBADF);
    }
}

BOOST_AUTO_TEST_CASE(a_block_of_another_descriptor_is_refused,
                     *promise("unspecified in POSIX: EINVAL, and nothing is cancelled")) {
    QueuedReads queue(2);
    ScratchFile file;
    errno = 0;
    BOOST_TEST(aio_cancel(file.fd(), &queue.reads[1].block()) == -1);
    BOOST_TEST(errno == EINVAL);
    BOOST_TEST(queue.reads[1].in_progress());
    queue.release("ab");
    for (Request& request : queue.reads) BOOST_TEST(request.finish() == transferred(1));
}

BOOST_AUTO_TEST_CASE(queued_writes_are_cancelled, *posix("aio_cancel: DESCRIPTION p1, p3")) {
    std::deque<Request> writes;
    WriteGate gate;
    for (const char* word : {"a", "b", "c", "d"}) {
        writes.emplace_back(gate.fd(), word);
        BOOST_TEST_REQUIRE(writes.back().write() == 0);
    }
    BOOST_TEST(aio_cancel(gate.fd(), &writes[2].block()) == AIO_CANCELED);
    BOOST_TEST(writes[2].finish() == failed(ECANCELED));
    gate.release();
    BOOST_TEST(gate.receive(3) == "abd");
    for (size_t i : {0, 1, 3}) BOOST_TEST(writes[i].finish() == transferred(1));
}

BOOST_AUTO_TEST_CASE(a_cancelled_request_sends_its_signal,
                     *posix("aio_cancel: DESCRIPTION p2 (normal notification)")) {
    BlockedSignal signal(SIGRTMIN + 1);
    QueuedReads queue(1);
    Request victim(queue.fd(), 1);
    victim.block().aio_sigevent.sigev_notify = SIGEV_SIGNAL;
    victim.block().aio_sigevent.sigev_signo = SIGRTMIN + 1;
    victim.block().aio_sigevent.sigev_value.sival_int = 4242;
    BOOST_TEST(victim.read() == 0);
    BOOST_TEST(aio_cancel(queue.fd(), &victim.block()) == AIO_CANCELED);
    siginfo_t info = signal.wait();
    BOOST_TEST(info.si_code == kSignalCode);
    BOOST_TEST(info.si_value.sival_int == 4242);
    BOOST_TEST(victim.finish() == failed(ECANCELED));
    queue.release("x");
    BOOST_TEST(queue.reads[0].finish() == transferred(1));
}

BOOST_AUTO_TEST_CASE(a_cancelled_request_runs_its_callback,
                     *posix("aio_cancel: DESCRIPTION p2 (normal notification)")) {
    Bell bell;
    QueuedReads queue(1);
    Request victim(queue.fd(), 1);
    sigevent& event = victim.block().aio_sigevent;
    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = [](sigval value) { static_cast<Bell*>(value.sival_ptr)->ring(); };
    event.sigev_notify_attributes = nullptr;
    event.sigev_value.sival_ptr = &bell;
    BOOST_TEST(victim.read() == 0);
    BOOST_TEST(aio_cancel(queue.fd(), &victim.block()) == AIO_CANCELED);
    bell.wait();
    BOOST_TEST(victim.finish() == failed(ECANCELED));
    queue.release("x");
    BOOST_TEST(queue.reads[0].finish() == transferred(1));
}

BOOST_AUTO_TEST_CASE(a_cancelled_request_ends_a_wait, *posix("aio_suspend: DESCRIPTION p1")) {
    QueuedReads queue(2);
    BOOST_TEST(aio_cancel(queue.fd(), &queue.reads[1].block()) == AIO_CANCELED);
    const aiocb* list[] = {&queue.reads[0].block(), &queue.reads[1].block()};
    BOOST_TEST(aio_suspend(list, 2, nullptr) == 0);
    queue.release("x");
    BOOST_TEST(queue.reads[0].finish() == transferred(1));
}

BOOST_AUTO_TEST_CASE(the_64_twin_cancels, *posix("large file extension: aio_cancel64")) {
    QueuedReads queue(1);
    char byte;
    aiocb64 block;
    memset(&block, 0xA5, sizeof block);
    block.aio_fildes = queue.fd();
    block.aio_buf = &byte;
    block.aio_nbytes = 1;
    block.aio_offset = 0;
    block.aio_reqprio = 0;
    block.aio_sigevent.sigev_notify = SIGEV_NONE;
    BOOST_TEST(aio_read64(&block) == 0);
    BOOST_TEST(aio_cancel64(queue.fd(), &block) == AIO_CANCELED);
    BOOST_TEST(aio_error64(&block) == ECANCELED);
    BOOST_TEST(aio_return64(&block) == -1);
    queue.release("x");
    BOOST_TEST(queue.reads[0].finish() == transferred(1));
}

BOOST_AUTO_TEST_SUITE_END()
