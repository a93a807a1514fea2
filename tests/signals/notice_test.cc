// Notice: which sigevent means what, what is delivered, and what a refused request gives back.
// Method: prepare notices and deliver them; signals are taken off the queue, calls out of the
// notifier's. This program has its own map_pages, which can refuse.
#define BOOST_TEST_MODULE notice
#include "signals/notice.h"

#include <errno.h>
#include <limits.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "signals/late_signals.h"
#include "signals/notifier.h"
#include "tests/signals/events.h"
#include "tests/support/signals.h"

namespace uaio {
namespace {

std::atomic<bool> memory{true};

}  // namespace

void* map_pages(size_t bytes) {
    if (!memory) {
        return nullptr;
    }
    void* pages = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return pages == MAP_FAILED ? nullptr : pages;
}

void unmap_pages(void* pages, size_t bytes) {
    munmap(pages, bytes);
}

namespace test {
namespace {

constexpr bool kKnowsThreads = UAIO_TEST_KNOWS_THREADS;
constexpr int kCode = kKnowsThreads ? SI_ASYNCIO : SI_QUEUE;

using Kind = Notice::Kind;

std::atomic<int> summons{0};

struct Surroundings {
    Surroundings() {
        block_realtime_signals();
        notifier.set_summon([] { ++summons; });
        late_signals.set_observer([](bool) {});
    }
};
BOOST_TEST_GLOBAL_FIXTURE(Surroundings);

void function(sigval) {}

Notice prepared(const sigevent& event) {
    Notice notice;
    BOOST_TEST(prepare_notice(event, notice) == 0);
    return notice;
}

// --- silence ----------------------------------------------------------------------------------

void check_silent(const sigevent& event) {
    Notice notice = prepared(event);
    BOOST_TEST((notice.kind == Kind::kNone));
    BOOST_TEST(!is_audible(notice));
    int before = summons;
    BOOST_TEST(deliver_notice(notice, Starts::kThreads) == 0);
    drop_notice(notice);
    BOOST_TEST(summons.load() == before);
    BOOST_TEST(!notifier.pending());
    sigset_t pending;
    sigpending(&pending);
    BOOST_TEST(sigisemptyset(&pending) == 1);
}

BOOST_AUTO_TEST_CASE(no_notification_is_none) {
    check_silent(event_of(SIGEV_NONE, SIGRTMIN, number_value(1)));
}

BOOST_AUTO_TEST_CASE(a_zeroed_event_is_silent) {
    check_silent(event_of(0, 0, number_value(0)));
    check_silent(event_of(SIGEV_SIGNAL, 0, number_value(1)));
}

BOOST_AUTO_TEST_CASE(an_unknown_kind_is_silent) {
    for (int kind : {3, 5, -1, 1 << 20}) {
        check_silent(event_of(kind, SIGRTMIN, number_value(1)));
    }
}

BOOST_AUTO_TEST_CASE(a_call_of_nothing_is_silent) {
    check_silent(event_of(SIGEV_THREAD, SIGRTMIN, number_value(1)));
}

BOOST_AUTO_TEST_CASE(signal_0_to_a_thread_is_silent) {
    sigevent event = event_of(SIGEV_NONE, 0, number_value(1));
    set_thread_signal(&event, 0, thread_number());
    check_silent(event);
}

// --- signals ----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_signal_is_delivered_with_the_value_it_had_at_the_door) {
    BlockedSignal blocked(SIGRTMIN + 1);
    sigevent event = event_of(SIGEV_SIGNAL, SIGRTMIN + 1, number_value(42));
    Notice notice = prepared(event);
    event = {};
    BOOST_TEST(is_audible(notice));
    BOOST_TEST(!blocked.pending());
    BOOST_TEST(deliver_notice(notice, Starts::kThreads) == 0);
    siginfo_t info = blocked.wait();
    BOOST_TEST(info.si_code == kCode);
    BOOST_TEST(info.si_value.sival_int == 42);
    BOOST_TEST(info.si_pid == getpid());
}

BOOST_AUTO_TEST_CASE(a_signal_to_a_thread_is_delivered_where_the_system_can) {
    BlockedSignal blocked(SIGRTMIN);
    sigevent event = event_of(SIGEV_NONE, 0, number_value(43));
    set_thread_signal(&event, SIGRTMIN, thread_number());
    Notice notice = prepared(event);
    BOOST_TEST(is_audible(notice) == kKnowsThreads);
    BOOST_TEST(deliver_notice(notice, Starts::kThreads) == 0);
    BOOST_TEST(blocked.pending() == kKnowsThreads);
    if (kKnowsThreads) {
        siginfo_t info = blocked.wait();
        BOOST_TEST(info.si_code == SI_ASYNCIO);
        BOOST_TEST(info.si_value.sival_int == 43);
    }
}

BOOST_AUTO_TEST_CASE(a_signal_that_is_none_fails_when_it_is_delivered) {
    for (int number : {SIGRTMAX + 1, 256 + SIGRTMIN, 65'536 + SIGRTMIN, INT_MAX, -1, INT_MIN}) {
        Notice notice = prepared(event_of(SIGEV_SIGNAL, number, number_value(0)));
        BOOST_TEST(deliver_notice(notice, Starts::kThreads) == EINVAL);
    }
}

BOOST_AUTO_TEST_CASE(a_signal_for_a_full_queue_becomes_a_late_one) {
    BlockedSignal blocked(SIGRTMIN);
    Notice notice = prepared(event_of(SIGEV_SIGNAL, SIGRTMIN, number_value(44)));
    {
        FullSignalQueue full;
        BOOST_TEST(queue_notice(notice) == EAGAIN);
        BOOST_TEST(deliver_notice(notice, Starts::kThreads) == EINPROGRESS);
        BOOST_TEST(!blocked.pending());
    }
    late_signals.begin();
    Due retry;
    BOOST_TEST_REQUIRE(notifier.next(retry));
    sigset_t mask = mask_now();
    Notifier::make(retry);
    pthread_sigmask(SIG_SETMASK, &mask, nullptr);
    BOOST_TEST(blocked.wait().si_value.sival_int == 44);
    BOOST_TEST(!notifier.pending());
}

// --- calls ------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_call_is_owed_when_it_is_delivered) {
    int object = 0;
    Notice notice = prepared(call_event(function, &object));
    BOOST_TEST((notice.kind == Kind::kCall));
    BOOST_TEST(is_audible(notice));
    BOOST_TEST(!notifier.pending());
    int before = summons;
    BOOST_TEST(deliver_notice(notice, Starts::kThreads) == 0);
    BOOST_TEST(summons.load() == before + 1);
    BOOST_TEST(notifier.pending());
    Due due;
    BOOST_TEST_REQUIRE(notifier.next(due));
    BOOST_TEST(due.value.sival_ptr == &object);
}

// Takes calls, one at least, until there is no memory for more.
std::vector<Notice> exhaust_memory() {
    std::vector<Notice> all = {prepared(call_event(function, nullptr))};
    memory = false;
    for (Notice notice; prepare_notice(call_event(function, nullptr), notice) == 0;) {
        all.push_back(notice);
    }
    return all;
}

BOOST_AUTO_TEST_CASE(without_memory_a_call_is_refused_at_the_door) {
    std::vector<Notice> all = exhaust_memory();
    Notice notice;
    errno = EDOM;
    BOOST_TEST(prepare_notice(call_event(function, nullptr), notice) == EAGAIN);
    BOOST_TEST(errno == EDOM);
    BOOST_TEST((notice.kind == Kind::kNone));
    drop_notice(notice);
    BOOST_TEST(prepare_notice(event_of(SIGEV_SIGNAL, SIGRTMIN, number_value(0)), notice) == 0);
    memory = true;
    for (Notice& taken : all) {
        drop_notice(taken);
    }
}

BOOST_AUTO_TEST_CASE(a_dropped_notice_gives_back_what_it_took) {
    std::vector<Notice> all = exhaust_memory();
    drop_notice(all.back());
    BOOST_TEST((all.back().kind == Kind::kNone));
    BOOST_TEST(prepare_notice(call_event(function, nullptr), all.back()) == 0);
    memory = true;
    for (Notice& taken : all) {
        drop_notice(taken);
        drop_notice(taken);  // of nothing: nothing
    }
    BOOST_TEST(!notifier.pending());
}

}  // namespace
}  // namespace test
}  // namespace uaio
