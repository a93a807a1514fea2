// Threads: how they start, under which mask and stack, how they are named, and what is refused.
// Method: start threads that look at themselves. This suite runs on every back end that compiles
// here (BUILD); UAIO_TEST_HAS_THREAD_NAMES says what to expect of it.
#define BOOST_TEST_MODULE thread
#include "threadpool/base/thread.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>

#include <functional>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/bell.h"
#include "tests/support/require.h"
#include "tests/support/signals.h"

namespace uaio {
namespace {

constexpr bool kHasNames = UAIO_TEST_HAS_THREAD_NAMES;

// More than any address space: the C library asks the system for it and is refused.
// More than there are addresses, though no more than may be asked for: half of 32 bits is there.
constexpr size_t kImpossibleBytes = sizeof(size_t) > 4 ? SIZE_MAX / 4 + 1 : SIZE_MAX / 8 * 7;

// Runs `body` in a thread made by start_thread, waits for it, and tells what start_thread said. In
// errno is what that left there.
int run_thread(std::function<void()> body, size_t stack_bytes = kStackBytes) {
    struct Context {
        std::function<void()> body;
        test::Bell done;
    } context{std::move(body), {}};
    ThreadStart start = {[](void* argument) {
                             auto& self = *static_cast<Context*>(argument);
                             self.body();
                             self.done.ring();
                         },
                         &context, stack_bytes};
    int error = start_thread(start);
    int left = errno;
    if (error == 0) {
        context.done.wait();
    }
    errno = left;
    return error;
}

struct Attributes {
    Attributes() {
        test::require(pthread_getattr_np(pthread_self(), &all) == 0, "look at a thread");
    }
    ~Attributes() { pthread_attr_destroy(&all); }

    size_t stack_bytes() const {
        size_t bytes = 0;
        pthread_attr_getstacksize(&all, &bytes);
        return bytes;
    }

    bool detached() const {
        int state = PTHREAD_CREATE_JOINABLE;
        pthread_attr_getdetachstate(&all, &state);
        return state == PTHREAD_CREATE_DETACHED;
    }

    pthread_attr_t all;
};

sigset_t mask_now() {
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    return mask;
}

int difference(const sigset_t& one, const sigset_t& other) {
    int different = 0;
    for (int number = 1; number <= SIGRTMAX; ++number) {
        bool excepted = number == SIGKILL || number == SIGSTOP;
        different += !excepted && sigismember(&one, number) != sigismember(&other, number);
    }
    return different;
}

std::string own_name() {
    char name[16] = {};
    pthread_getname_np(pthread_self(), name, sizeof name);
    return name;
}

BOOST_AUTO_TEST_CASE(a_thread_runs_its_function_once_in_another_thread) {
    pthread_t starter = pthread_self();
    int runs_elsewhere = 0;
    int error = run_thread([&] { runs_elsewhere += !pthread_equal(pthread_self(), starter); });
    BOOST_TEST(error == 0);
    BOOST_TEST(runs_elsewhere == 1);
}

BOOST_AUTO_TEST_CASE(every_signal_is_blocked_from_the_start) {
    sigset_t all;
    sigfillset(&all);
    sigset_t mask;
    BOOST_TEST(run_thread([&] { mask = mask_now(); }) == 0);
    BOOST_TEST(difference(mask, all) == 0);
}

BOOST_AUTO_TEST_CASE(nobody_need_join_a_thread) {
    bool detached = false;
    BOOST_TEST(run_thread([&] { detached = Attributes().detached(); }) == 0);
    BOOST_TEST(detached);
}

BOOST_AUTO_TEST_CASE(a_thread_has_the_stack_it_was_given) {
    for (size_t wanted : {kStackBytes, 4 * kStackBytes}) {
        size_t bytes = 0;
        BOOST_TEST(run_thread([&] { bytes = Attributes().stack_bytes(); }, wanted) == 0);
        BOOST_TEST(bytes >= wanted);
        BOOST_TEST(bytes < 8 * wanted);
    }
}

BOOST_AUTO_TEST_CASE(no_stack_size_means_the_default) {
    pthread_attr_t defaults;
    size_t wanted = 0;
    pthread_attr_init(&defaults);
    pthread_attr_getstacksize(&defaults, &wanted);
    pthread_attr_destroy(&defaults);
    size_t bytes = 0;
    BOOST_TEST(run_thread([&] { bytes = Attributes().stack_bytes(); }, 0) == 0);
    BOOST_TEST(bytes >= wanted);
}

BOOST_AUTO_TEST_CASE(a_stack_size_that_is_refused_gives_way_to_the_default) {
    size_t bytes = 0;
    BOOST_TEST(run_thread([&] { bytes = Attributes().stack_bytes(); }, 1) == 0);
    BOOST_TEST(bytes >= static_cast<size_t>(PTHREAD_STACK_MIN));
}

BOOST_AUTO_TEST_CASE(a_thread_that_cannot_be_had_is_an_errno_value) {
    bool ran = false;
    BOOST_TEST(run_thread([&] { ran = true; }, kImpossibleBytes) == EAGAIN);
    BOOST_TEST(!ran);
}

BOOST_AUTO_TEST_CASE(the_starter_keeps_its_mask_and_errno) {
    test::BlockedSignal one(SIGUSR2);
    sigset_t before = mask_now();
    for (size_t stack_bytes : {kStackBytes, size_t{1}, kImpossibleBytes}) {
        errno = EDOM;
        run_thread([] {}, stack_bytes);
        BOOST_TEST(errno == EDOM);
        BOOST_TEST(difference(mask_now(), before) == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_thread_is_named_where_the_system_has_names) {
    std::string before;
    std::string name;
    std::string cut;
    BOOST_TEST(run_thread([&] {
                   before = own_name();
                   name_thread("uaio-t", 7);
                   name = own_name();
                   name_thread("longer-than-all-names", 7);
                   cut = own_name();
               }) == 0);
    BOOST_TEST(name == (kHasNames ? "uaio-t7" : before));
    BOOST_TEST(cut == (kHasNames ? "longer-than-all" : before));
    BOOST_TEST(own_name() != "uaio-t7");
}

BOOST_AUTO_TEST_CASE(a_thread_has_a_number_where_the_system_has_numbers) {
    int number = -1;
    int kernels_number = -1;
    BOOST_TEST(run_thread([&] {
                   number = thread_number();
                   kernels_number = test::thread_number();
               }) == 0);
    BOOST_TEST(number == (kHasNames ? kernels_number : 0));
}

}  // namespace
}  // namespace uaio
