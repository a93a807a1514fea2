// Notifications: each kind of sigevent, what it carries, where it runs, and that the final status
// is there to be read by whoever was notified.

#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>
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

void ask_for_callback(aiocb& block, void (*function)(sigval), void* argument,
                      pthread_attr_t* attributes = nullptr) {
    block.aio_sigevent.sigev_notify = SIGEV_THREAD;
    block.aio_sigevent.sigev_notify_function = function;
    block.aio_sigevent.sigev_notify_attributes = attributes;
    block.aio_sigevent.sigev_value.sival_ptr = argument;
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

// What a handler or callback saw.
struct Sighting {
    Bell bell;
    const aiocb* block = nullptr;
    pthread_t thread = {};
    pid_t number = 0;
    int status = -1;
    int code = 0;
    size_t stack_bytes = 0;
    int detach_state = -1;
    sigset_t mask = {};
};

void see_in_callback(sigval value) {
    auto* seen = static_cast<Sighting*>(value.sival_ptr);
    seen->status = aio_error(seen->block);
    seen->thread = pthread_self();
    seen->number = thread_number();
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        pthread_attr_getstacksize(&attributes, &seen->stack_bytes);
        pthread_attr_getdetachstate(&attributes, &seen->detach_state);
        pthread_attr_destroy(&attributes);
    }
    pthread_sigmask(SIG_SETMASK, nullptr, &seen->mask);
    seen->bell.ring();
}

void see_in_handler(int, siginfo_t* info, void*) {
    auto* seen = static_cast<Sighting*>(info->si_value.sival_ptr);
    seen->status = aio_error(seen->block);
    seen->code = info->si_code;
    seen->bell.ring();
}

// A self-contained request whose callback frees everything.
struct Heap {
    aiocb block;
    char buffer[10];
    Bell* bell;
    std::atomic<int>* wrong;
};

void free_in_callback(sigval value) {
    std::unique_ptr<Heap> heap(static_cast<Heap*>(value.sival_ptr));
    if (aio_error(&heap->block) != 0 || aio_return(&heap->block) != 10) ++*heap->wrong;
    Bell* bell = heap->bell;
    heap.reset();
    bell->ring();
}

// A request that its callback submits again, as often as there are rounds left.
struct Chain {
    aiocb block;
    char buffer[10];
    int rounds_left;
    int wrong = 0;
    int fd;
    Bell bell;

    void submit();
    static void called(sigval value);
};

void Chain::submit() {
    set_up(&block, fd, buffer, sizeof buffer, 0);
    ask_for_callback(block, called, this);
    if (aio_read(&block) != 0) ++wrong;
}

void Chain::called(sigval value) {
    auto* chain = static_cast<Chain*>(value.sival_ptr);
    if (aio_error(&chain->block) != 0 || aio_return(&chain->block) != 10) ++chain->wrong;
    if (--chain->rounds_left > 0) {
        chain->submit();
    } else {
        chain->bell.ring();
    }
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

BOOST_AUTO_TEST_CASE(a_callback_runs_on_a_thread_of_its_own, *posix("XSH 2.4.1 SIGEV_THREAD")) {
    ScratchFile file("0123456789");
    Sighting seen;
    Request request(file.fd(), 10);
    seen.block = &request.block();
    ask_for_callback(request.block(), see_in_callback, &seen);
    BOOST_TEST(request.read() == 0);
    seen.bell.wait();
    BOOST_TEST(seen.status == 0);
    BOOST_TEST(seen.number != thread_number());
    BOOST_TEST(seen.detach_state == PTHREAD_CREATE_DETACHED);
    BOOST_TEST(request.finish() == transferred(10));
}

BOOST_AUTO_TEST_CASE(a_callback_gets_the_attributes_asked_for, *posix("XSH 2.4.1: attributes")) {
    constexpr size_t kStackBytes = 64 << 20;  // more than a thread has by default
    // For ever: the callback may run before the pthread_create that reads them has returned.
    static pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, kStackBytes);
    ScratchFile file("0123456789");
    Sighting seen;
    Request request(file.fd(), 10);
    seen.block = &request.block();
    ask_for_callback(request.block(), see_in_callback, &seen, &attributes);
    BOOST_TEST(request.read() == 0);
    seen.bell.wait();
    BOOST_TEST(seen.status == 0);
    BOOST_TEST(seen.number != thread_number());
    BOOST_TEST(seen.stack_bytes >= kStackBytes);
    BOOST_TEST(seen.detach_state == PTHREAD_CREATE_DETACHED);
    BOOST_TEST(request.finish() == transferred(10));
}

// A callback with a usual appetite for stack, also under a sanitizer.
BOOST_AUTO_TEST_CASE(a_callback_has_a_stack_of_ordinary_size, *posix("XSH 2.4.1: attributes")) {
    ScratchFile file("0123456789");
    Bell bell;
    Request request(file.fd(), 10);
    auto use_stack = [](sigval value) {
        volatile char space[48 << 10];
        for (volatile char& byte : space) byte = 1;
        static_cast<Bell*>(value.sival_ptr)->ring();
    };
    ask_for_callback(request.block(), use_stack, &bell);
    BOOST_TEST(request.read() == 0);
    bell.wait();
    BOOST_TEST(request.finish() == transferred(10));
}

// glibc gives an empty mask, so a signal blocked everywhere strikes the callback (fails).
BOOST_AUTO_TEST_CASE(a_callback_has_the_signal_mask_of_its_submitter,
                     *promise("POSIX leaves the mask to the implementation")) {
    BlockedSignal blocked(SIGUSR2);
    ScratchFile file("0123456789");
    Sighting seen;
    Request request(file.fd(), 10);
    seen.block = &request.block();
    ask_for_callback(request.block(), see_in_callback, &seen);
    BOOST_TEST(request.read() == 0);
    seen.bell.wait();
    BOOST_TEST(sigismember(&seen.mask, SIGUSR2) == 1);
    BOOST_TEST(sigismember(&seen.mask, SIGURG) == 0);
    BOOST_TEST(request.finish() == transferred(10));
}

BOOST_AUTO_TEST_CASE(callbacks_may_free_their_requests, *posix("aio_read: DESCRIPTION p7")) {
    constexpr int kRequests = 1000;
    ScratchFile file("0123456789");
    std::atomic<int> wrong{0};
    Bell bell;
    for (int i = 0; i < kRequests; ++i) {
        auto heap = std::make_unique<Heap>();
        set_up(&heap->block, file.fd(), heap->buffer, sizeof heap->buffer, 0);
        ask_for_callback(heap->block, free_in_callback, heap.get());
        heap->bell = &bell;
        heap->wrong = &wrong;
        aiocb* block = &heap.release()->block;
        BOOST_TEST_REQUIRE(aio_read(block) == 0);
        if (i % 16 == 15) bell.wait(16);
    }
    bell.wait(kRequests % 16);
    BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_CASE(a_callback_may_submit_the_next_request, *posix("XSH 2.4.1 SIGEV_THREAD")) {
    ScratchFile file("0123456789");
    Chain chain;
    chain.fd = file.fd();
    chain.rounds_left = 1000;
    chain.submit();
    chain.bell.wait();
    BOOST_TEST(chain.wrong == 0);
}

BOOST_AUTO_TEST_CASE(a_callback_may_end_its_thread, *posix("XSH 2.4.1 SIGEV_THREAD")) {
    ScratchFile file("0123456789");
    Bell bell;
    std::deque<Request> requests;
    for (int i = 0; i < 20; ++i) {
        requests.emplace_back(file.fd(), 10);
        auto leave = [](sigval value) {
            static_cast<Bell*>(value.sival_ptr)->ring();
            pthread_exit(nullptr);
        };
        ask_for_callback(requests.back().block(), leave, &bell);
        BOOST_TEST(requests.back().read() == 0);
    }
    bell.wait(20);
    for (Request& request : requests) BOOST_TEST(request.finish() == transferred(10));
}

// A callback that waits must not keep another one from running.
BOOST_AUTO_TEST_CASE(a_callback_may_wait_for_another, *posix("XSH 2.4.1 SIGEV_THREAD")) {
    struct Pair {
        Bell first, second, done;
    } pair;
    ScratchFile file("0123456789");
    Request one(file.fd(), 10), two(file.fd(), 10);
    auto first = [](sigval value) {
        auto* both = static_cast<Pair*>(value.sival_ptr);
        both->first.ring();
        both->second.wait();
        both->done.ring();
    };
    auto second = [](sigval value) {
        auto* both = static_cast<Pair*>(value.sival_ptr);
        both->second.ring();
        both->done.ring();
    };
    ask_for_callback(one.block(), first, &pair);
    ask_for_callback(two.block(), second, &pair);
    BOOST_TEST(one.read() == 0);
    pair.first.wait();  // the first callback is running, and waits
    BOOST_TEST(two.read() == 0);
    pair.done.wait(2);
    BOOST_TEST(one.finish() == transferred(10));
    BOOST_TEST(two.finish() == transferred(10));
}

// glibc does not know this kind and sends nothing (hangs).
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
