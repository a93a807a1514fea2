// Notifications by signal, or none: what they carry, and that the final status is there to be read
// by whoever was notified. Callbacks: callback_test.cc.

#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/conformance/door.h"
#include "tests/conformance/posix.h"
#include "tests/support/bell.h"
#include "tests/support/gate.h"
#include "tests/support/request.h"
#include "tests/support/scratch_file.h"
#include "tests/support/signals.h"

using namespace uaio::conformance;
using namespace uaio::test;

namespace {

// Here because most cases of this file wait for signals; it holds for the whole program.
struct RealtimeSignalsBlocked {
    RealtimeSignalsBlocked() { block_realtime_signals(); }
};
BOOST_TEST_GLOBAL_FIXTURE(RealtimeSignalsBlocked);

void ask_for_signal(aiocb& block, int number, sigval value) {
    block.aio_sigevent.sigev_notify = SIGEV_SIGNAL;
    block.aio_sigevent.sigev_signo = number;
    block.aio_sigevent.sigev_value = value;
}

sigval number_value(int number) {
    sigval value;
    memset(&value, 0, sizeof value);
    value.sival_int = number;
    return value;
}

sigval pointer_value(void* pointer) {
    sigval value;
    value.sival_ptr = pointer;
    return value;
}

// What a handler saw.
struct Sighting {
    Bell bell;
    const aiocb* block = nullptr;
    int status = -1;
    int code = 0;
};

void see_in_handler(int, siginfo_t* info, void*) {
    auto* seen = static_cast<Sighting*>(info->si_value.sival_ptr);
    seen->status = aio_error(seen->block);
    seen->code = info->si_code;
    seen->bell.ring();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(notification)

BOOST_AUTO_TEST_CASE(none_sends_nothing, *posix("XSH 2.4.1 SIGEV_NONE")) {
    BlockedSignal signal(SIGRTMIN + 1);
    ScratchFile file("0123456789");
    Request request(file.fd(), 10);
    request.block().aio_sigevent.sigev_signo = SIGRTMIN + 1;
    request.block().aio_sigevent.sigev_notify = SIGEV_NONE;
    BOOST_TEST(request.read() == 0);
    BOOST_TEST(request.finish() == transferred(10));
    BOOST_TEST(!signal.pending());
}

BOOST_AUTO_TEST_CASE(a_zeroed_block_sends_nothing, *promise("SIGEV_SIGNAL with signal 0")) {
    ScratchFile file("0123456789");
    char buffer[10];
    aiocb block;
    memset(&block, 0, sizeof block);
    block.aio_fildes = file.fd();
    block.aio_buf = buffer;
    block.aio_nbytes = sizeof buffer;
    sigset_t all, before, pending;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    BOOST_TEST(aio_read(&block) == 0);
    BOOST_TEST(finish(&block) == transferred(10));
    sigpending(&pending);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    for (int number = 1; number <= SIGRTMAX; ++number) {
        BOOST_TEST(sigismember(&pending, number) != 1, "signal " << number << " came");
    }
}

BOOST_AUTO_TEST_CASE(a_block_full_of_garbage_works, *posix("<aio.h>: the members of aiocb")) {
    ScratchFile file("0123456789");
    for (int fill : {0x00, 0x5A, 0xA5, 0xFF}) {
        char buffer[10];
        aiocb block;
        memset(&block, fill, sizeof block);
        block.aio_fildes = file.fd();
        block.aio_buf = buffer;
        block.aio_nbytes = sizeof buffer;
        block.aio_offset = 0;
        block.aio_reqprio = 0;
        block.aio_sigevent.sigev_notify = SIGEV_NONE;
        BOOST_TEST(aio_read(&block) == 0);
        BOOST_TEST(finish(&block) == transferred(10));
        BOOST_TEST((std::string_view(buffer, 10) == "0123456789"));
    }
}

BOOST_AUTO_TEST_CASE(a_signal_carries_its_value, *posix("XSH 2.4.1, 2.4.3: SI_ASYNCIO, si_value")) {
    BlockedSignal signal(SIGRTMIN + 1);
    ScratchFile file("0123456789");
    Request request(file.fd(), 10);
    ask_for_signal(request.block(), SIGRTMIN + 1, number_value(-123));
    BOOST_TEST(request.read() == 0);
    siginfo_t info = signal.wait();
    BOOST_TEST(request.status() == 0);
    BOOST_TEST(info.si_signo == SIGRTMIN + 1);
    BOOST_TEST(info.si_code == kSignalCode);
    BOOST_TEST(info.si_value.sival_int == -123);
    BOOST_TEST(info.si_pid == getpid());
    BOOST_TEST(info.si_uid == getuid());
    BOOST_TEST(request.finish() == transferred(10));
    BOOST_TEST(!signal.pending());
}

BOOST_AUTO_TEST_CASE(a_signal_carries_a_pointer, *posix("XSH 2.4.1: sigev_value")) {
    BlockedSignal signal(SIGRTMIN + 1);
    ScratchFile file;
    Request request(file.fd(), "hello");
    ask_for_signal(request.block(), SIGRTMIN + 1, pointer_value(&request));
    BOOST_TEST(request.write() == 0);
    BOOST_TEST(signal.wait().si_value.sival_ptr == &request);
    BOOST_TEST(request.finish() == transferred(5));
}

BOOST_AUTO_TEST_CASE(a_sync_notifies_too, *posix("aio_fsync: DESCRIPTION (aio_sigevent)")) {
    BlockedSignal signal(SIGRTMIN + 1);
    ScratchFile file;
    Request request(file.fd(), size_t{0});
    ask_for_signal(request.block(), SIGRTMIN + 1, number_value(8));
    BOOST_TEST(request.sync(O_SYNC) == 0);
    BOOST_TEST(signal.wait().si_value.sival_int == 8);
    BOOST_TEST(request.finish() == transferred(0));
}

BOOST_AUTO_TEST_CASE(a_failed_request_notifies_too, *posix("aio_read: DESCRIPTION; XSH 2.4.1")) {
    BlockedSignal signal(SIGRTMIN + 1);
    ScratchFile file("0123456789");
    Request request(file.fd(), 10);
    request.block().aio_buf = nullptr;
    ask_for_signal(request.block(), SIGRTMIN + 1, number_value(8));
    BOOST_TEST(request.read() == 0);
    BOOST_TEST(signal.wait().si_value.sival_int == 8);
    BOOST_TEST(request.status() == EFAULT);
    BOOST_TEST(request.finish() == failed(EFAULT));
}

BOOST_AUTO_TEST_CASE(the_status_is_final_in_a_handler, *posix("XSH 2.4.1; aio_error: async-signal-"
                                                              "safe")) {
    SignalHandler handler(SIGRTMIN + 1, see_in_handler);
    ScratchFile file("0123456789");
    for (int i = 0; i < 200; ++i) {
        Sighting seen;
        Request request(file.fd(), 10);
        seen.block = &request.block();
        ask_for_signal(request.block(), SIGRTMIN + 1, pointer_value(&seen));
        BOOST_TEST(request.read() == 0);
        seen.bell.wait();
        BOOST_TEST(seen.status == 0);
        BOOST_TEST(seen.code == kSignalCode);
        BOOST_TEST(request.finish() == transferred(10));
    }
}

BOOST_AUTO_TEST_CASE(every_request_sends_its_own_signal,
                     *posix("XSH 2.4.1: realtime signals queue")) {
    constexpr int kRequests = 500;
    BlockedSignal signal(SIGRTMIN + 1);
    ScratchFile file("0123456789");
    std::deque<Request> requests;
    for (int i = 0; i < kRequests; ++i) {
        requests.emplace_back(file.fd(), 1, i % 10);
        ask_for_signal(requests.back().block(), SIGRTMIN + 1, number_value(i));
        BOOST_TEST_REQUIRE(requests.back().read() == 0);
    }
    std::vector<int> values;
    for (int i = 0; i < kRequests; ++i) values.push_back(signal.wait().si_value.sival_int);
    std::sort(values.begin(), values.end());
    for (int i = 0; i < kRequests; ++i) BOOST_TEST(values[static_cast<size_t>(i)] == i);
    for (Request& request : requests) BOOST_TEST(request.finish() == transferred(1));
    BOOST_TEST(!signal.pending());
}

// glibc reads the event when the request ends (hangs).
BOOST_AUTO_TEST_CASE(the_event_is_taken_at_the_call, *promise("aio_sigevent is copied")) {
    BlockedSignal signal(SIGRTMIN + 1);
    BlockedSignal other(SIGRTMIN + 2);
    Request request(-1, 1);
    ReadGate gate;
    request.block().aio_fildes = gate.fd();
    ask_for_signal(request.block(), SIGRTMIN + 1, number_value(1));
    BOOST_TEST(request.read() == 0);
    ask_for_signal(request.block(), SIGRTMIN + 2, number_value(2));
    gate.release("x");
    BOOST_TEST(signal.wait().si_value.sival_int == 1);
    BOOST_TEST(request.finish() == transferred(1));
    BOOST_TEST(!other.pending());
}

BOOST_AUTO_TEST_CASE(a_signal_may_go_to_one_thread, *promise("SIGEV_THREAD_ID (Linux)")) {
    if (!kThreadSignals) {
        puts("skipped: the portable build has no SIGEV_THREAD_ID");
        return;
    }
    ScratchFile file("0123456789");
    BlockedSignal mine(SIGRTMIN + 3);  // inherited by the thread below
    Bell ready;
    std::atomic<pid_t> target{0};
    siginfo_t info = {};
    std::thread thread([&] {
        target = thread_number();
        ready.ring();
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGRTMIN + 3);
        while (sigwaitinfo(&set, &info) < 0 && errno == EINTR) {
        }
    });
    ready.wait();
    Request request(file.fd(), 10);
    set_thread_signal(&request.block().aio_sigevent, SIGRTMIN + 3, target);
    request.block().aio_sigevent.sigev_value.sival_int = 31;
    BOOST_TEST(request.read() == 0);
    thread.join();
    BOOST_TEST(info.si_value.sival_int == 31);
    BOOST_TEST(info.si_code == kSignalCode);
    BOOST_TEST(request.finish() == transferred(10));
    BOOST_TEST(!mine.pending());
}

BOOST_AUTO_TEST_SUITE_END()
