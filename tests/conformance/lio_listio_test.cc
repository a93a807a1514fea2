// lio_listio: both modes, what counts as an entry, and what the call answers. When the list rings:
// lio_listio_events_test.cc.

#include <aio.h>
#include <errno.h>
#include <signal.h>
#include <string.h>

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/conformance/list.h"
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

constexpr int kModes[] = {LIO_WAIT, LIO_NOWAIT};

void ignore_signal(int, siginfo_t*, void*) {}

// Overwrites the stack below the caller, where a returned function kept its state.
[[gnu::noinline]] void scribble_on_the_stack() {
    volatile char space[64 << 10];
    for (volatile char& byte : space) byte = '\xA5';
}

// A request that its own callback submits again, to read from an empty pipe, before it lets another
// request go on.
struct Again {
    aiocb& block;
    ReadGate empty;
    ReadGate& other;
    Bell over;
    int answer = -1;
};

void submit_again(sigval value) {
    auto& again = *static_cast<Again*>(value.sival_ptr);
    aio_return(&again.block);
    again.block.aio_fildes = again.empty.fd();
    again.block.aio_sigevent.sigev_notify = SIGEV_NONE;
    again.answer = aio_read(&again.block);
    again.other.release("y");
    again.over.ring();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lists)

BOOST_AUTO_TEST_CASE(wait_returns_when_all_is_done, *posix("lio_listio: DESCRIPTION p2, p7")) {
    ScratchFile input("0123456789");
    ScratchFile output;
    List list;
    for (int i = 0; i < 10; ++i) list.add_read(input.fd(), 1, i);
    for (int i = 0; i < 10; ++i) list.add_write(output.fd(), std::string(1, char('a' + i)), i);
    BOOST_TEST(list.submit(LIO_WAIT) == 0);
    for (Request& request : list) BOOST_TEST(request.status() == 0);
    for (Request& request : list) BOOST_TEST(request.finish() == transferred(1));
    for (size_t i = 0; i < 10; ++i) BOOST_TEST(list[i].text() == std::string(1, char('0' + i)));
    BOOST_TEST(output.contents() == "abcdefghij");
}

BOOST_AUTO_TEST_CASE(nowait_returns_before_the_end, *posix("lio_listio: DESCRIPTION p2, p3")) {
    List list;
    ReadGate gate;
    ScratchFile file("0123456789");
    list.add_read(gate.fd(), 1, 0);
    list.add_read(file.fd(), 10, 0);
    BOOST_TEST(list.submit(LIO_NOWAIT) == 0);
    BOOST_TEST(list[0].in_progress());
    BOOST_TEST(list[1].finish() == transferred(10));
    gate.release("x");
    BOOST_TEST(list[0].finish() == transferred(1));
}

BOOST_AUTO_TEST_CASE(null_entries_are_ignored, *posix("lio_listio: DESCRIPTION p5 (NULL)")) {
    ScratchFile file("0123456789");
    for (int mode : kModes) {
        List list;
        list.add_null();
        list.add_read(file.fd(), 3, 2);
        list.add_null();
        list.add_read(file.fd(), 3, 5);
        BOOST_TEST(list.submit(mode) == 0);
        BOOST_TEST(list[0].finish() == transferred(3));
        BOOST_TEST(list[1].finish() == transferred(3));
        BOOST_TEST(list[0].text() == "234");
        BOOST_TEST(list[1].text() == "567");
    }
}

BOOST_AUTO_TEST_CASE(a_nop_is_ignored, *posix("lio_listio: DESCRIPTION p7 (LIO_NOP)")) {
    ScratchFile file("0123456789");
    for (int mode : kModes) {
        List list;
        list.add_read(-1, 1, -1).block().aio_lio_opcode = LIO_NOP;  // not even looked at
        list.add_write(file.fd(), "xyz", 0).block().aio_lio_opcode = LIO_NOP;
        aiocb before = list[0].block();
        BOOST_TEST(list.submit(mode) == 0);
        list.add_read(file.fd(), 10, 0);
        BOOST_TEST(list.submit(mode) == 0);
        BOOST_TEST(list[2].finish() == transferred(10));
        BOOST_TEST(file.contents() == "0123456789");
        BOOST_TEST(memcmp(&before, &list[0].block(), sizeof before) == 0);
    }
}

BOOST_AUTO_TEST_CASE(an_empty_list_succeeds, *posix("lio_listio: DESCRIPTION p12 (nent)")) {
    for (int mode : kModes) {
        List list;
        list.add_null();
        BOOST_TEST(list.submit(mode) == 0);
        aiocb* none[] = {nullptr};
        BOOST_TEST(lio_listio(mode, none, 0, nullptr) == 0);
    }
}

BOOST_AUTO_TEST_CASE(an_empty_list_rings_at_once, *posix("lio_listio: DESCRIPTION p3: all done")) {
    BlockedSignal signal(SIGRTMIN + 2);
    sigevent event = signal_event(SIGRTMIN + 2, 9);
    List list;
    list.add_null();
    BOOST_TEST(list.submit(LIO_NOWAIT, &event) == 0);
    BOOST_TEST(signal.wait().si_value.sival_int == 9);
}

BOOST_AUTO_TEST_CASE(a_bad_mode_is_refused, *posix("lio_listio: ERRORS EINVAL (mode)")) {
    ScratchFile file("0123456789");
    for (int mode : {-1, 2, 99}) {
        List list;
        list.add_write(file.fd(), "xyz", 0);
        BOOST_TEST(list.submit(mode) == EINVAL);
    }
    BOOST_TEST(file.contents() == "0123456789");  // none was initiated
}

// glibc takes it for an empty list (fails).
BOOST_AUTO_TEST_CASE(a_negative_count_is_refused, *posix("lio_listio: ERRORS EINVAL (nent)")) {
    aiocb* list[] = {nullptr};
    for (int mode : kModes) {
        for (int count : {-1, INT_MIN}) {
            errno = 0;
            BOOST_TEST(lio_listio(mode, list, count, nullptr) == -1);
            BOOST_TEST(errno == EINVAL);
        }
    }
}

BOOST_AUTO_TEST_CASE(an_entry_that_fails_makes_the_wait_fail, *posix("lio_listio: ERRORS EIO")) {
    ScratchFile file("0123456789");
    List list;
    list.add_read(file.fd(), 4, 0);
    list.add_read(file.fd(), 4, 0).block().aio_buf = nullptr;
    list.add_read(file.fd(), 4, 4);
    BOOST_TEST(list.submit(LIO_WAIT) == EIO);
    BOOST_TEST(list[0].finish() == transferred(4));
    BOOST_TEST(list[1].finish() == failed(EFAULT));
    BOOST_TEST(list[2].finish() == transferred(4));
    BOOST_TEST(list[2].text() == "4567");
}

// glibc answers LIO_NOWAIT with the entry's own errno instead of EIO (fails).
BOOST_AUTO_TEST_CASE(an_entry_that_is_refused_makes_both_modes_fail,
                     *posix("lio_listio: ERRORS EIO; RATIONALE (badly formulated request)")) {
    ScratchFile file("0123456789");
    for (int mode : kModes) {
        List list;
        list.add_read(file.fd(), 4, 0);
        list.add_read(file.fd(), 4, 0).block().aio_reqprio = -1;
        list.add_read(file.fd(), 4, 4);
        BOOST_TEST(list.submit(mode) == EIO, "mode " << mode);
        BOOST_TEST(list[0].finish() == transferred(4));
        BOOST_TEST(list[1].finish() == failed(EINVAL));
        BOOST_TEST(list[2].finish() == transferred(4));
    }
}

BOOST_AUTO_TEST_CASE(an_unknown_opcode_fails_its_entry, *posix("lio_listio: RATIONALE: EINVAL")) {
    ScratchFile file("0123456789");
    List list;
    list.add_read(file.fd(), 4, 0);
    list.add_read(file.fd(), 4, 0).block().aio_lio_opcode = 99;
    BOOST_TEST(list.submit(LIO_WAIT) == EIO);
    BOOST_TEST(list[0].finish() == transferred(4));
    BOOST_TEST(list[1].finish() == failed(EINVAL));
}

BOOST_AUTO_TEST_CASE(a_bad_descriptor_fails_its_entry, *posix("lio_listio: ERRORS EIO, EBADF")) {
    ScratchFile file("0123456789");
    List list;
    list.add_read(file.fd(), 4, 0);
    list.add_read(-1, 4, 0);
    BOOST_TEST(list.submit(LIO_WAIT) == EIO);
    BOOST_TEST(list[0].finish() == transferred(4));
    BOOST_TEST(list[1].finish() == failed(EBADF));
}

BOOST_AUTO_TEST_CASE(a_block_that_is_used_again_does_not_count, *posix("lio_listio: ERRORS EIO")) {
    ScratchFile file("x");
    List list;
    ReadGate held;
    list.add_read(file.fd(), 1, 0);
    list.add_read(held.fd(), 1, 0);
    Again again{list[0].block(), {}, held, {}};
    sigevent& event = again.block.aio_sigevent;
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = submit_again;
    event.sigev_value.sival_ptr = &again;
    BOOST_TEST(list.submit(LIO_WAIT) == 0);
    again.over.wait();
    BOOST_TEST(again.answer == 0);
    BOOST_TEST(list[0].in_progress());
    BOOST_TEST(list[1].finish() == transferred(1));
    again.empty.release("z");
    BOOST_TEST(list[0].finish() == transferred(1));
    BOOST_TEST(list[0].text() == "z");
}

// glibc leaves pointers into the frame it has left; the end of a request follows them (crashes).
BOOST_AUTO_TEST_CASE(an_interrupted_wait_leaves_nothing_behind,
                     *posix("lio_listio: ERRORS EINTR")) {
    List list;
    ReadGate first, second;
    ScratchFile file("0123456789");
    list.add_read(first.fd(), 1, 0);
    list.add_read(second.fd(), 1, 0);
    list.add_read(file.fd(), 10, 0);
    SignalHandler handler(SIGUSR1, ignore_signal);
    {
        SignalStorm storm(SIGUSR1);
        BOOST_TEST(list.submit(LIO_WAIT) == EINTR);
    }
    scribble_on_the_stack();
    BOOST_TEST(list[0].in_progress());  // not cancelled
    BOOST_TEST(list[1].in_progress());
    first.release("x");
    BOOST_TEST(list[0].finish() == transferred(1));
    second.release("y");
    BOOST_TEST(list[1].finish() == transferred(1));
    BOOST_TEST(list[2].finish() == transferred(10));
    List next;
    next.add_read(file.fd(), 10, 0);
    BOOST_TEST(next.submit(LIO_WAIT) == 0);
    BOOST_TEST(next[0].finish() == transferred(10));
}

BOOST_AUTO_TEST_CASE(a_cancelled_entry_counts_as_done, *posix("aio_cancel p2; lio_listio p3")) {
    BlockedSignal signal(SIGRTMIN + 2);
    sigevent event = signal_event(SIGRTMIN + 2, 3);
    List list;
    ReadGate gate;
    list.add_read(gate.fd(), 1, 0);
    list.add_read(gate.fd(), 1, 0);
    BOOST_TEST(list.submit(LIO_NOWAIT, &event) == 0);
    // The order of a list is unspecified: whichever of the two is queued can be cancelled.
    int answer = aio_cancel(gate.fd(), nullptr);
    BOOST_TEST((answer == AIO_CANCELED || answer == AIO_NOTCANCELED));
    if (answer == AIO_NOTCANCELED) gate.release("x");
    BOOST_TEST(signal.wait().si_value.sival_int == 3);
    int cancelled = 0;
    for (Request& request : list) cancelled += request.finish() == failed(ECANCELED);
    BOOST_TEST(cancelled == (answer == AIO_CANCELED ? 2 : 1));
}

BOOST_AUTO_TEST_CASE(a_long_list_is_served_whole, *promise("any length of list")) {
    constexpr int kEntries = 20'000;
    ScratchFile file(std::string(kEntries, '.'));
    List list;
    std::string expected;
    for (int i = 0; i < kEntries; ++i) {
        expected += char('a' + i % 26);
        list.add_write(file.fd(), expected.substr(static_cast<size_t>(i)), i);
    }
    BOOST_TEST(list.submit(LIO_WAIT) == 0);
    int good = 0;
    for (Request& request : list) good += request.finish() == transferred(1);
    BOOST_TEST(good == kEntries);
    BOOST_TEST((file.contents() == expected));
}

BOOST_AUTO_TEST_CASE(the_64_twin_waits_and_rings, *posix("large file extension: lio_listio64")) {
    constexpr off64_t kFar = off64_t{5} << 30;
    BlockedSignal signal(SIGRTMIN + 2);
    sigevent event = signal_event(SIGRTMIN + 2, 64);
    ScratchFile file;
    for (int mode : kModes) {
        std::string text = "far away";
        aiocb64 block;
        memset(&block, 0xA5, sizeof block);
        block.aio_fildes = file.fd();
        block.aio_lio_opcode = LIO_WRITE;
        block.aio_buf = text.data();
        block.aio_nbytes = text.size();
        block.aio_offset = kFar;
        block.aio_reqprio = 0;
        block.aio_sigevent.sigev_notify = SIGEV_NONE;
        aiocb64* list[] = {nullptr, &block};
        BOOST_TEST(lio_listio64(mode, list, 2, &event) == 0);
        if (mode == LIO_NOWAIT) BOOST_TEST(signal.wait().si_value.sival_int == 64);
        BOOST_TEST(aio_error64(&block) == 0);
        BOOST_TEST(aio_return64(&block) == std::ssize(text));
    }
    BOOST_TEST(file.size() == kFar + 8);
}

BOOST_AUTO_TEST_SUITE_END()
