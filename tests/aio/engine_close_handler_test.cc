// A descriptor may be cleared in a signal handler, whatever follows from it: who clears it starts
// no thread, and yet everybody is told and what waited goes on. Method: this program's
// pthread_create notes who calls it; descriptors are cleared in a handler.
#define BOOST_TEST_MODULE engine_close_handler
#include "aio/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <set>

#include <boost/test/unit_test.hpp>

#include "tests/aio/held_queue.h"
#include "tests/aio/own_door.h"
#include "tests/signals/events.h"
#include "tests/support/bell.h"
#include "tests/support/gate.h"
#include "tests/support/scratch_file.h"
#include "tests/support/signals.h"

namespace {

thread_local bool in_handler = false;
std::atomic<int> started_in_handler{0};

}  // namespace

extern "C" int __real_pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                                     void* (*main)(void*), void* argument);

extern "C" int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                                     void* (*main)(void*), void* argument) {
    started_in_handler += in_handler;
    return __real_pthread_create(thread, attributes, main, argument);
}

namespace uaio {
namespace {

using namespace test;

int descriptor_to_clear = -1;

void clear(int, siginfo_t*, void*) {
    in_handler = true;
    engine.clear_descriptor(descriptor_to_clear);
    in_handler = false;
}

void clear_in_a_handler(int fd) {
    SignalHandler handler(SIGUSR1, clear);
    descriptor_to_clear = fd;
    raise(SIGUSR1);
    BOOST_TEST(started_in_handler.load() == 0);
}

void ring(sigval value) {
    static_cast<Bell*>(value.sival_ptr)->ring();
}

struct Started {
    Started() {
        block_realtime_signals();
        engine.start();
    }
};
BOOST_TEST_GLOBAL_FIXTURE(Started);

// A callback that is held, on a thread of the notifier.
struct HeldCall {
    HeldCall() {
        sigevent event = call_event(hold, this);
        owner.submit(read_at(file.fd(), 0, &byte, 1), &event);
        owner.finish();
        entered.wait();
    }

    ~HeldCall() {
        go_on.ring();
        over.wait();
    }

    static void hold(sigval value) {
        auto& self = *static_cast<HeldCall*>(value.sival_ptr);
        self.entered.ring();
        self.go_on.wait();
        self.over.ring();
    }

    ScratchFile file{"x"};
    char byte;
    Owner owner;
    Bell entered, go_on, over;
};

// Every thread of the notifier is in a callback that lasts: those that follow get theirs.
BOOST_AUTO_TEST_CASE(callbacks_are_made_though_others_last) {
    constexpr int kReads = 5;
    std::deque<HeldCall> held;
    Bell called;
    sigevent event = call_event(ring, &called);
    ReadGate gate;
    char byte;
    std::deque<Owner> owners;
    for (int number = 0; number < kReads; ++number) {
        owners.emplace_back().submit(read_at(gate.fd(), 0, &byte, 1), &event);
        held.emplace_back();
    }
    clear_in_a_handler(gate.fd());
    for (Owner& owner : owners) {
        BOOST_TEST(owner.finish() == (Status{-1, ECANCELED}));
    }
    called.wait(kReads);
}

BOOST_AUTO_TEST_CASE(callbacks_with_threads_of_their_own_are_made) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    Bell called;
    sigevent event = call_event(ring, &called, &attributes);
    ReadGate gate;
    char byte;
    std::deque<Owner> owners(3);
    for (Owner& owner : owners) {
        owner.submit(read_at(gate.fd(), 0, &byte, 1), &event);
    }
    clear_in_a_handler(gate.fd());
    called.wait(3);
    pthread_attr_destroy(&attributes);
}

BOOST_AUTO_TEST_CASE(what_waited_for_the_withdrawn_goes_on) {
    HeldQueue queue(3);
    int other = queue.file.open_again(O_WRONLY);
    Owner sync;
    sync.submit(sync_of(other));
    queue.held.release(4);  // some may run before they are withdrawn
    clear_in_a_handler(queue.file.fd());
    BOOST_TEST(sync.finish() == (Status{0, 0}));
    queue.running.finish();
    for (Owner& owner : queue.waiting) {
        owner.finish();
    }
    close(other);
}

BOOST_AUTO_TEST_CASE(a_signal_for_a_full_queue_arrives_later) {
    constexpr int kReads = 3;
    BlockedSignal blocked(SIGRTMIN);
    ReadGate gate;
    char byte;
    std::deque<Owner> owners(kReads);
    for (int number = 0; number < kReads; ++number) {
        sigevent event = event_of(SIGEV_SIGNAL, SIGRTMIN, number_value(number));
        owners[static_cast<size_t>(number)].submit(read_at(gate.fd(), 0, &byte, 1), &event);
    }
    HeldCall held;
    {
        FullSignalQueue full;
        clear_in_a_handler(gate.fd());
        for (Owner& owner : owners) {
            BOOST_TEST(owner.finish() == (Status{-1, ECANCELED}));
        }
        BOOST_TEST(!blocked.pending());
    }
    // In any order: a worker may have been at the first when the others were withdrawn.
    std::set<int> arrived;
    for (int number = 0; number < kReads; ++number) {
        arrived.insert(blocked.wait().si_value.sival_int);
    }
    BOOST_TEST((arrived == std::set<int>{0, 1, 2}));
}

}  // namespace
}  // namespace uaio
