// The desk fills a record in, finds it by number as long as it serves its owner, and takes it back.
// Method: one record through its life, state by state; and threads that open and close records as
// fast as they can and would notice if two of them had the same one.
#define BOOST_TEST_MODULE desk
#include "aio/desk.h"

#include <signal.h>

#include <atomic>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/aio/make_request.h"
#include "threadpool/base/clock.h"

namespace uaio {
namespace {

using namespace test;

void publish_nothing(void* /*owner*/, ssize_t /*result*/, int /*error*/) {}

Submission submission_of(void* owner) {
    return {writing(file(1), 8, 4, 3), owner, publish_nothing, nullptr, nullptr};
}

struct Office {
    Request* open(void* owner) {
        int error = -1;
        Request* request = desk->open(submission_of(owner), error);
        BOOST_TEST_REQUIRE(request != nullptr);
        BOOST_TEST(error == 0);
        return request;
    }

    std::unique_ptr<Desk> desk = std::make_unique<Desk>();
    int owners[200];
};

BOOST_FIXTURE_TEST_CASE(a_record_has_what_the_door_brought, Office) {
    Batch batch;
    Submission submission = submission_of(&owners[0]);
    submission.batch = &batch;
    int error = -1;
    Request* request = desk->open(submission, error);
    BOOST_TEST_REQUIRE(request != nullptr);
    BOOST_TEST(error == 0);
    BOOST_TEST((request->state == State::kFilled));
    BOOST_TEST((request->operation.kind == Kind::kWrite));
    BOOST_TEST(request->operation.offset == 8);
    BOOST_TEST(request->operation.bytes == 4u);
    BOOST_TEST(request->operation.priority == 3);
    BOOST_TEST((request->operation.descriptor.identity == Identity{.inode = 1, .device = 1}));
    BOOST_TEST(request->owner.load() == &owners[0]);
    BOOST_TEST((request->publish == publish_nothing));
    BOOST_TEST(request->batch == &batch);
    BOOST_TEST((request->notice.kind == Notice::Kind::kNone));
    desk->close(*request);
}

BOOST_FIXTURE_TEST_CASE(the_notification_is_copied, Office) {
    sigevent event = {};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGUSR1;
    event.sigev_value.sival_int = 42;
    Submission submission = submission_of(&owners[0]);
    submission.event = &event;
    int error = -1;
    Request* request = desk->open(submission, error);
    BOOST_TEST_REQUIRE(request != nullptr);
    event = {};
    BOOST_TEST((request->notice.kind == Notice::Kind::kSignal));
    BOOST_TEST(request->notice.signal_number == SIGUSR1);
    BOOST_TEST(request->notice.value.sival_int == 42);
    desk->close(*request);
    BOOST_TEST((open(&owners[0])->notice.kind == Notice::Kind::kNone));
}

BOOST_FIXTURE_TEST_CASE(a_write_brings_the_record_of_a_wave, Office) {
    Request* write = open(&owners[0]);
    Request* other = open(&owners[1]);
    Wave* wave = write->wave;
    BOOST_TEST(wave != nullptr);
    BOOST_TEST(other->wave != nullptr);
    BOOST_TEST(other->wave != wave);
    desk->close(*write);
    BOOST_TEST(open(&owners[2])->wave == wave);
}

BOOST_FIXTURE_TEST_CASE(only_a_write_brings_one, Office) {
    desk->close(*open(&owners[0]));
    for (const Operation& operation : {reading(file(1), 0, 1), syncing(file(1))}) {
        Submission submission = submission_of(&owners[0]);
        submission.operation = operation;
        int error = -1;
        Request* request = desk->open(submission, error);
        BOOST_TEST_REQUIRE(request != nullptr);
        BOOST_TEST(request->wave == nullptr);
        desk->close(*request);
    }
}

BOOST_FIXTURE_TEST_CASE(records_in_use_are_different, Office) {
    std::set<Request*> records;
    std::set<uint32_t> numbers;
    for (int& owner : owners) {
        Request* request = open(&owner);
        records.insert(request);
        numbers.insert(request->number);
    }
    BOOST_TEST(records.size() == std::size(owners));
    BOOST_TEST(numbers.size() == std::size(owners));
}

BOOST_FIXTURE_TEST_CASE(a_closed_record_is_used_again, Office) {
    Request* request = open(&owners[0]);
    uint32_t number = request->number;
    desk->close(*request);
    Request* next = open(&owners[1]);
    BOOST_TEST(next == request);
    BOOST_TEST(next->number == number);
}

BOOST_FIXTURE_TEST_CASE(a_request_is_found_while_the_schedule_knows_it, Office) {
    Request* request = open(&owners[0]);
    uint32_t number = request->number;
    for (State state : {State::kFilled, State::kPosted}) {
        request->state = state;
        BOOST_TEST(desk->find(number, &owners[0]) == nullptr);
    }
    for (State state : {State::kBarred, State::kBlocked, State::kHeld, State::kReady,
                        State::kRunning, State::kWithdrawn, State::kPublished}) {
        request->state = state;
        BOOST_TEST(desk->find(number, &owners[0]) == request);
    }
    desk->close(*request);
    BOOST_TEST(desk->find(number, &owners[0]) == nullptr);
}

BOOST_FIXTURE_TEST_CASE(a_request_of_somebody_else_is_not_found, Office) {
    Request* request = open(&owners[0]);
    request->state = State::kReady;
    BOOST_TEST(desk->find(request->number, &owners[1]) == nullptr);
    uint32_t number = request->number;
    desk->close(*request);
    Request* next = open(&owners[1]);
    next->state = State::kReady;
    BOOST_TEST(desk->find(number, &owners[0]) == nullptr);
    BOOST_TEST(desk->find(number, &owners[1]) == next);
}

BOOST_FIXTURE_TEST_CASE(a_number_may_be_garbage, Office) {
    open(&owners[0])->state = State::kReady;
    for (uint32_t number : {1u, 63u, 64u, 1'000'000u, 0x80000000u, UINT32_MAX}) {
        BOOST_TEST(desk->find(number, &owners[0]) == nullptr);
    }
}

BOOST_FIXTURE_TEST_CASE(reserved_records_serve_nobody, Office) {
    desk->reserve(1'000);
    for (uint32_t number : {0u, 500u, 999u}) {
        BOOST_TEST(desk->find(number, &owners[0]) == nullptr);
    }
    BOOST_TEST(open(&owners[0])->number == 0u);
}

BOOST_FIXTURE_TEST_CASE(reset_forgets_everything, Office) {
    open(&owners[0]);
    open(&owners[1]);
    desk->reset();
    BOOST_TEST(open(&owners[2])->number == 0u);
}

// Of a record that is taken again it is the time of the last submission.
BOOST_FIXTURE_TEST_CASE(it_is_noted_when_a_request_was_submitted_if_somebody_may_look, Office) {
    desk->close(*open(&owners[0]));
    BOOST_TEST((desk->moments().chunk(0) == nullptr));
    desk->keep_moments();
    int64_t before = 0;
    for (int round = 0; round < 2; ++round) {
        before = now_ns();
        BOOST_TEST(open(&owners[0])->number == static_cast<uint32_t>(round));
        BOOST_TEST_REQUIRE((desk->moments().chunk(0) != nullptr));
        BOOST_TEST(desk->moments().chunk(0)[round].submitted_ns.load() >= before);
    }
    BOOST_TEST(desk->moments().chunk(0)[0].submitted_ns.load() <= before);
    desk->reset();
    open(&owners[0]);
    BOOST_TEST((desk->moments().chunk(0) == nullptr));
}

// Each thread keeps a few records and marks them with a number of its own; `batch` serves as the
// mark.
BOOST_FIXTURE_TEST_CASE(threads_never_share_a_record, Office) {
    constexpr size_t kThreads = 4;
    constexpr int kRounds = 3'000;
    constexpr size_t kKept = 6;
    std::atomic<int> mixed_up{0};
    std::vector<std::thread> threads;
    for (size_t i = 0; i < kThreads; ++i) {
        threads.emplace_back([&, i] {
            void* owner = &owners[i];
            Submission submission = submission_of(owner);
            auto* mark = reinterpret_cast<Batch*>(owner);
            submission.batch = mark;
            for (int round = 0; round < kRounds; ++round) {
                Request* kept[kKept];
                int error;
                for (Request*& request : kept) {
                    request = desk->open(submission, error);
                }
                for (Request* request : kept) {
                    mixed_up += request->batch != mark || request->owner.load() != owner;
                    request->state.store(State::kRunning, std::memory_order_relaxed);
                    mixed_up += desk->find(request->number, owner) != request;
                    desk->close(*request);
                }
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    BOOST_TEST(mixed_up == 0);
}

}  // namespace
}  // namespace uaio
