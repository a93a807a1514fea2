// Queueing a signal: what it carries, whom it reaches, and the errno values of what is refused.
// Method: block a signal, queue it, take it off the queue. This suite runs on every back end that
// compiles here (BUILD); UAIO_TEST_KNOWS_THREADS says whether it can signal a thread.
#define BOOST_TEST_MODULE queue_signal
#include "signals/platform/queue_signal.h"

#include <errno.h>
#include <unistd.h>

#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/signals/events.h"
#include "tests/support/bell.h"
#include "tests/support/signals.h"

namespace uaio::test {
namespace {

constexpr bool kKnowsThreads = UAIO_TEST_KNOWS_THREADS;
constexpr int kCode = kKnowsThreads ? SI_ASYNCIO : SI_QUEUE;
constexpr int kNoThread = 1 << 30;  // more than a thread's number can be

struct RealtimeSignalsBlocked {
    RealtimeSignalsBlocked() { block_realtime_signals(); }
};
BOOST_TEST_GLOBAL_FIXTURE(RealtimeSignalsBlocked);

BOOST_AUTO_TEST_CASE(a_signal_says_that_it_is_ours_and_carries_the_value) {
    int object = 0;
    for (int number : {SIGRTMIN, SIGRTMAX, SIGUSR1}) {
        BlockedSignal blocked(number);
        BOOST_TEST(queue_signal(number, pointer_value(&object)) == 0);
        siginfo_t info = blocked.wait();
        BOOST_TEST(info.si_signo == number);
        BOOST_TEST(info.si_code == kCode);
        BOOST_TEST(info.si_value.sival_ptr == &object);
        BOOST_TEST(info.si_pid == getpid());
        BOOST_TEST(info.si_uid == getuid());
        BOOST_TEST(!blocked.pending());
    }
}

BOOST_AUTO_TEST_CASE(real_time_signals_queue_up_in_order) {
    constexpr int kSignals = 10;
    BlockedSignal blocked(SIGRTMIN);
    for (int number = 0; number < kSignals; ++number) {
        BOOST_TEST(queue_signal(SIGRTMIN, number_value(number)) == 0);
    }
    for (int number = 0; number < kSignals; ++number) {
        BOOST_TEST(blocked.wait().si_value.sival_int == number);
    }
    BOOST_TEST(!blocked.pending());
}

BOOST_AUTO_TEST_CASE(what_is_no_signal_is_refused) {
    for (int number : {-1, SIGRTMAX + 1, 1 << 20}) {
        BOOST_TEST(queue_signal(number, number_value(0)) == EINVAL);
    }
}

BOOST_AUTO_TEST_CASE(a_full_queue_is_told) {
    BlockedSignal blocked(SIGRTMIN);
    {
        FullSignalQueue full;
        BOOST_TEST(queue_signal(SIGRTMIN, number_value(1)) == EAGAIN);
        BOOST_TEST(!blocked.pending());
    }
    BOOST_TEST(queue_signal(SIGRTMIN, number_value(2)) == 0);
    BOOST_TEST(blocked.wait().si_value.sival_int == 2);
}

BOOST_AUTO_TEST_CASE(errno_is_kept) {
    BlockedSignal blocked(SIGRTMIN);
    errno = EDOM;
    queue_signal(SIGRTMIN, number_value(0));
    BOOST_TEST(errno == EDOM);
    queue_signal(-1, number_value(0));
    BOOST_TEST(errno == EDOM);
    queue_thread_signal(kNoThread, SIGRTMIN, number_value(0));
    BOOST_TEST(errno == EDOM);
}

// --- one thread -------------------------------------------------------------------------------

// A thread that blocks the signal, tells its number, and takes at most one.
struct Listener {
    void listen() {
        BlockedSignal blocked(SIGRTMIN);
        number = thread_number();
        listening.ring();
        if (waits) {
            info = blocked.wait();
        } else {
            look.wait();
        }
        pending_at_end = blocked.pending();
    }

    const bool waits;
    pid_t number = 0;
    siginfo_t info = {};
    bool pending_at_end = false;
    Bell listening;
    Bell look;
};

BOOST_AUTO_TEST_CASE(a_thread_signal_reaches_the_thread_that_is_named) {
    BlockedSignal blocked(SIGRTMIN);
    Listener named{.waits = kKnowsThreads};
    Listener other{.waits = false};
    std::thread named_thread(&Listener::listen, &named);
    std::thread other_thread(&Listener::listen, &other);
    named.listening.wait();
    other.listening.wait();
    int error = queue_thread_signal(named.number, SIGRTMIN, number_value(9));
    named.look.ring();
    named_thread.join();
    other.look.ring();
    other_thread.join();
    BOOST_TEST(error == (kKnowsThreads ? 0 : ENOSYS));
    BOOST_TEST(named.info.si_code == (kKnowsThreads ? SI_ASYNCIO : 0));
    BOOST_TEST(named.info.si_value.sival_int == (kKnowsThreads ? 9 : 0));
    BOOST_TEST(named.info.si_pid == (kKnowsThreads ? getpid() : 0));
    BOOST_TEST(!named.pending_at_end);
    BOOST_TEST(!other.pending_at_end);
    BOOST_TEST(!blocked.pending());
}

BOOST_AUTO_TEST_CASE(a_thread_that_does_not_exist_is_told) {
    int error = queue_thread_signal(kNoThread, SIGRTMIN, number_value(0));
    BOOST_TEST(error == (kKnowsThreads ? ESRCH : ENOSYS));
}

BOOST_AUTO_TEST_CASE(an_event_names_a_thread_only_if_it_says_so) {
    sigevent event = event_of(SIGEV_SIGNAL, SIGRTMIN, number_value(0));
    int thread = 0;
    for (int kind : {int{SIGEV_SIGNAL}, int{SIGEV_NONE}, int{SIGEV_THREAD}, 12'345}) {
        event.sigev_notify = kind;
        BOOST_TEST(!names_thread(event, thread));
    }
    set_thread_signal(&event, SIGRTMIN, 4711);
    BOOST_TEST(names_thread(event, thread) == kKnowsThreads);
    BOOST_TEST((thread == 4711) == kKnowsThreads);
}

}  // namespace
}  // namespace uaio::test
