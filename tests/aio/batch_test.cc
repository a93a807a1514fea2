// A list rings once, when the last of its requests is done, and its record comes back when the last
// user has left. Method: the steps of a submitter and of its requests, first by hand, then by
// threads that play the requests; a signal storm ends waits early.
#define BOOST_TEST_MODULE batch
#include "aio/batch.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/storm/tasks.h"
#include "tests/support/signals.h"

namespace uaio {
namespace {

Batch& opened(const sigevent* event = nullptr) {
    int error = -1;
    Batch* batch = open_batch(event, error);
    BOOST_TEST_REQUIRE(batch != nullptr);
    BOOST_TEST(error == 0);
    return *batch;
}

// As a request does when it is published: the last one rings.
bool finish_one(Batch& batch) {
    bool last = leave(batch);
    if (last) {
        ring(batch);
    }
    release(batch);
    return last;
}

BOOST_AUTO_TEST_CASE(a_list_of_nothing_is_done_when_it_is_submitted) {
    Batch& batch = opened();
    BOOST_TEST(leave(batch));
    ring(batch);
    BOOST_TEST((wait_for(batch) == WaitEnd::kWoken));
    release(batch);
}

BOOST_AUTO_TEST_CASE(the_last_request_is_the_last) {
    Batch& batch = opened();
    join(batch);
    join(batch);
    BOOST_TEST(!leave(batch));
    BOOST_TEST(!finish_one(batch));
    BOOST_TEST(finish_one(batch));
    BOOST_TEST((wait_for(batch) == WaitEnd::kWoken));
    release(batch);
}

BOOST_AUTO_TEST_CASE(a_submitter_who_is_still_submitting_is_the_last) {
    Batch& batch = opened();
    join(batch);
    BOOST_TEST(!finish_one(batch));
    join(batch);
    BOOST_TEST(!finish_one(batch));
    BOOST_TEST(leave(batch));
    ring(batch);
    release(batch);
}

BOOST_AUTO_TEST_CASE(the_notification_of_the_list_is_copied) {
    sigevent event = {};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGUSR2;
    Batch& batch = opened(&event);
    BOOST_TEST((batch.notice.kind == Notice::Kind::kSignal));
    BOOST_TEST(batch.notice.signal_number == SIGUSR2);
    release(batch);
    Batch& silent = opened();
    BOOST_TEST((silent.notice.kind == Notice::Kind::kNone));
    release(silent);
}

BOOST_AUTO_TEST_CASE(the_record_stays_until_the_last_user_has_left) {
    Batch& batch = opened();
    join(batch);
    leave(batch);
    release(batch);  // the submitter did not wait
    Batch& other = opened();
    BOOST_TEST(&other != &batch);
    finish_one(batch);
    Batch& third = opened();
    BOOST_TEST(&third == &batch);
    release(third);
    release(other);
}

BOOST_AUTO_TEST_CASE(a_used_record_starts_anew) {
    Batch& batch = opened();
    leave(batch);
    ring(batch);
    release(batch);
    Batch& again = opened();
    BOOST_TEST_REQUIRE(&again == &batch);
    BOOST_TEST(again.done == 0u);
    join(again);
    BOOST_TEST(!leave(again));
    BOOST_TEST(finish_one(again));
    release(again);
}

void ignore(int /*number*/, siginfo_t* /*info*/, void* /*context*/) {}

// The handler that ends the sleep has also finished the list.
Batch* finished_by_handler = nullptr;

void finish_in_handler(int, siginfo_t*, void*) {
    if (leave(*finished_by_handler)) {
        ring(*finished_by_handler);
    }
}

BOOST_AUTO_TEST_CASE(a_list_that_is_done_counts_more_than_a_signal) {
    Batch& batch = opened();
    finished_by_handler = &batch;
    test::SignalHandler handler(SIGUSR1, finish_in_handler);
    pthread_t sleeper = pthread_self();
    int number = gettid();
    std::thread signaller([sleeper, number] {
        test::wait_until_asleep(number);
        pthread_kill(sleeper, SIGUSR1);
    });
    BOOST_TEST((wait_for(batch) == WaitEnd::kWoken));
    signaller.join();
    release(batch);
}

BOOST_AUTO_TEST_CASE(a_signal_ends_the_wait_and_leaves_nothing_dangling) {
    test::SignalHandler handler(SIGUSR1, ignore);
    Batch& batch = opened();
    join(batch);
    leave(batch);
    {
        test::SignalStorm storm(SIGUSR1);
        BOOST_TEST((wait_for(batch) == WaitEnd::kInterrupted));
    }
    release(batch);
    BOOST_TEST(finish_one(batch));
    Batch& again = opened();
    BOOST_TEST(&again == &batch);
    release(again);
}

BOOST_AUTO_TEST_CASE(reset_forgets_all_lists) {
    opened();
    opened();
    reset_batches();
    Batch& first = opened();
    Batch& second = opened();
    BOOST_TEST(first.number == 0u);
    BOOST_TEST(second.number == 1u);
    release(second);
    release(first);
}

// Threads play the requests of one list after the other. What each wrote must be seen by the
// submitter when its wait ends, exactly one may be the last, and the record must not be reused
// while any of them may touch it: its memory would then be another list's.
BOOST_AUTO_TEST_CASE(everything_happens_before_the_end_of_the_wait) {
    constexpr int kRequests = 3;
    constexpr int kLists = 2'000;
    std::atomic<Batch*> offered[kRequests] = {};
    std::atomic<int> last{0};
    int written[kRequests] = {};
    std::vector<std::thread> requests;
    for (int i = 0; i < kRequests; ++i) {
        requests.emplace_back([&, i] {
            for (int list = 1; list <= kLists; ++list) {
                Batch* batch;
                while ((batch = offered[i].exchange(nullptr, std::memory_order_acquire)) ==
                       nullptr) {
                    std::this_thread::yield();
                }
                written[i] = list;
                last += finish_one(*batch);
            }
        });
    }
    int unseen = 0;
    for (int list = 1; list <= kLists; ++list) {
        Batch& batch = opened();
        for (auto& place : offered) {
            join(batch);
            while (place.load(std::memory_order_relaxed) != nullptr) {
                std::this_thread::yield();
            }
            place.store(&batch, std::memory_order_release);
        }
        if (leave(batch)) {
            ++last;
            ring(batch);
        }
        unseen += wait_for(batch) != WaitEnd::kWoken;
        for (int value : written) {
            unseen += value != list;
        }
        release(batch);
    }
    for (std::thread& thread : requests) {
        thread.join();
    }
    BOOST_TEST(unseen == 0);
    BOOST_TEST(last == kLists);
}

}  // namespace
}  // namespace uaio
