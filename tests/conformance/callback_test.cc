// SIGEV_THREAD: where a callback runs, and what it may do there.

#include <aio.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>

#include <boost/test/unit_test.hpp>

#include "tests/conformance/door.h"
#include "tests/conformance/posix.h"
#include "tests/support/bell.h"
#include "tests/support/request.h"
#include "tests/support/scratch_file.h"
#include "tests/support/signals.h"

using namespace uaio::conformance;
using namespace uaio::test;

namespace {

void ask_for_callback(aiocb& block, void (*function)(sigval), void* argument,
                      pthread_attr_t* attributes = nullptr) {
    block.aio_sigevent.sigev_notify = SIGEV_THREAD;
    block.aio_sigevent.sigev_notify_function = function;
    block.aio_sigevent.sigev_notify_attributes = attributes;
    block.aio_sigevent.sigev_value.sival_ptr = argument;
}

// What a callback saw.
struct Sighting {
    Bell bell;
    const aiocb* block = nullptr;
    pthread_t thread = {};
    pid_t number = 0;
    int status = -1;
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

BOOST_AUTO_TEST_SUITE(callbacks)

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
BOOST_AUTO_TEST_SUITE_END()
