// Call: what is copied at the door, where records go, and want of memory.
// Method: this program has its own map_pages, which can refuse.
#define BOOST_TEST_MODULE call
#include "signals/call.h"

#include <errno.h>
#include <sys/mman.h>

#include <atomic>
#include <vector>

#include <boost/test/unit_test.hpp>

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

void function(sigval) {}

// First, while no record has been mapped.
BOOST_AUTO_TEST_CASE(without_memory_there_is_no_call) {
    sigevent event = call_event(function, nullptr);
    memory = false;
    Call* refused = take_call(event);
    Call* own = take_call(function, number_value(0));
    memory = true;
    BOOST_TEST(refused == nullptr);
    BOOST_TEST(own == nullptr);
    Call* call = take_call(event);
    BOOST_TEST_REQUIRE(call != nullptr);
    give_call(*call);
}

BOOST_AUTO_TEST_CASE(a_call_is_a_copy_of_its_event) {
    int object = 0;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    sigevent event = call_event(function, &object, &attributes);
    Call* call = take_call(event);
    event = {};
    BOOST_TEST((call->function == function));
    BOOST_TEST(call->value.sival_ptr == &object);
    BOOST_TEST(call->attributes == &attributes);
    give_call(*call);
    pthread_attr_destroy(&attributes);
}

BOOST_AUTO_TEST_CASE(a_call_has_the_mask_of_who_takes_it) {
    Call* before = take_call(call_event(function, nullptr));
    BlockedSignal blocked(SIGUSR2);
    Call* call = take_call(call_event(function, nullptr));
    BOOST_TEST(same_masks(call->mask, mask_now()));
    BOOST_TEST(sigismember(&call->mask, SIGUSR2) == 1);
    BOOST_TEST(sigismember(&before->mask, SIGUSR2) == 0);
    give_call(*call);
    give_call(*before);
}

BOOST_AUTO_TEST_CASE(a_call_of_the_engine_has_every_signal_blocked) {
    Call* call = take_call(function, number_value(5));
    BOOST_TEST((call->function == function));
    BOOST_TEST(call->value.sival_int == 5);
    BOOST_TEST(call->attributes == nullptr);
    BOOST_TEST(same_masks(call->mask, every_signal()));
    give_call(*call);
}

// A record that comes back carries nothing of its last use into the next.
BOOST_AUTO_TEST_CASE(a_call_given_back_is_taken_again) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    Call* first = take_call(call_event(function, &attributes, &attributes));
    give_call(*first);
    Call* second = take_call(call_event(function, nullptr));
    BOOST_TEST(second == first);
    BOOST_TEST(second->attributes == nullptr);
    BOOST_TEST(second->value.sival_ptr == nullptr);
    give_call(*second);
    pthread_attr_destroy(&attributes);
}

BOOST_AUTO_TEST_CASE(calls_that_are_owed_at_once_are_different_ones) {
    constexpr int kCalls = 1'000;
    std::vector<Call*> calls;
    int mixed = 0;
    for (int number = 0; number < kCalls; ++number) {
        calls.push_back(take_call(function, number_value(number)));
    }
    for (int number = 0; number < kCalls; ++number) {
        Call& call = *calls[static_cast<size_t>(number)];
        mixed += call.value.sival_int != number;
        give_call(call);
    }
    BOOST_TEST(mixed == 0);
}

BOOST_AUTO_TEST_CASE(a_call_counts_as_taken_until_it_is_given_back) {
    BOOST_TEST(calls_taken() == 0u);
    Call* submitters = take_call(call_event(function, nullptr));
    BOOST_TEST(calls_taken() == 1u);
    Call* own = take_call(function, number_value(0));
    BOOST_TEST(calls_taken() == 2u);
    give_call(*submitters);
    BOOST_TEST(calls_taken() == 1u);
    give_call(*own);
    BOOST_TEST(calls_taken() == 0u);
}

BOOST_AUTO_TEST_CASE(after_a_reset_no_call_is_owed) {
    take_call(call_event(function, nullptr));
    take_call(call_event(function, nullptr));
    reset_calls();
    BOOST_TEST(calls_taken() == 0u);
    Call* call = take_call(call_event(function, nullptr));
    BOOST_TEST(call->number == 0u);
    give_call(*call);
}

BOOST_AUTO_TEST_CASE(errno_is_kept) {
    errno = EDOM;
    Call* call = take_call(call_event(function, nullptr));
    BOOST_TEST(errno == EDOM);
    give_call(*call);
    BOOST_TEST(errno == EDOM);
}

}  // namespace
}  // namespace test
}  // namespace uaio
